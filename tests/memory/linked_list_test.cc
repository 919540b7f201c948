#include "headrace/memory/linked_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace headrace {
namespace {

struct Element {
  int value = 0;
  ListLink<Element> link;
  ListLink<Element> other;
};
using List = LinkedList<&Element::link>;

std::vector<int> values(const List& list) {
  std::vector<int> result;
  for (Element* element = list.front(); element != nullptr; element = List::after(element)) {
    result.push_back(element->value);
  }
  return result;
}

TEST(LinkedList, KeepsTheOrder) {
  Element a{1, {}, {}}, b{2, {}, {}}, c{3, {}, {}}, d{4, {}, {}};
  List list;
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.front(), nullptr);
  EXPECT_EQ(list.back(), nullptr);
  list.push_back(&b);
  list.insert_before(&b, &a);
  list.push_back(&d);
  list.insert_before(&d, &c);
  EXPECT_EQ(values(list), (std::vector{1, 2, 3, 4}));
  EXPECT_EQ(list.front(), &a);
  EXPECT_EQ(list.back(), &d);
  EXPECT_FALSE(list.empty());
}

TEST(LinkedList, AnElementMayBeInListsOfOtherLinks) {
  Element a{1, {}, {}}, b{2, {}, {}};
  List list;
  LinkedList<&Element::other> other;
  list.push_back(&a);
  list.push_back(&b);
  other.push_back(&b);
  EXPECT_TRUE(List::contains(&a));
  EXPECT_FALSE(other.contains(&a));
  list.remove(&b);
  EXPECT_FALSE(List::contains(&b));
  EXPECT_TRUE(other.contains(&b));
  EXPECT_EQ(other.front(), &b);
}

// Against a vector.
TEST(LinkedList, DoesWhatAVectorDoes) {
  std::mt19937 random(1);
  std::vector<Element> elements(8);
  for (size_t i = 0; i < elements.size(); ++i) elements[i].value = static_cast<int>(i);
  List list;
  std::vector<int> expected;
  for (int step = 0; step < 5000; ++step) {
    Element* element = &elements[random() % elements.size()];
    const auto place = std::find(expected.begin(), expected.end(), element->value);
    ASSERT_EQ(List::contains(element), place != expected.end());
    if (place != expected.end()) {
      list.remove(element);
      expected.erase(place);
    } else {
      const size_t at = random() % (expected.size() + 1);
      Element* next =
          at == expected.size() ? nullptr : &elements[static_cast<size_t>(expected[at])];
      list.insert_before(next, element);
      expected.insert(expected.begin() + static_cast<ptrdiff_t>(at), element->value);
    }
    ASSERT_EQ(values(list), expected);
    ASSERT_EQ(list.back(),
              expected.empty() ? nullptr : &elements[static_cast<size_t>(expected.back())]);
  }
}

}  // namespace
}  // namespace headrace
