#include "headrace/adapters/loop/intrusive_list.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

namespace headrace::adapters {
namespace {

struct Element;
using List = IntrusiveList<Element, struct Kind>;
using OtherList = IntrusiveList<Element, struct OtherKind>;
struct Element : List::Hook, OtherList::Hook {};

std::vector<const Element*> elements_of(const List& list) {
  std::vector<const Element*> elements;
  for (const Element* at = list.front(); at != nullptr; at = list.after(*at)) {
    elements.push_back(at);
  }
  EXPECT_EQ(elements.size(), list.size());
  return elements;
}

using Elements = std::vector<const Element*>;

TEST(IntrusiveListTest, KeepsTheOrder) {
  List list;
  Element a, b, c;
  EXPECT_EQ(list.pop_front(), nullptr);
  list.push_back(a);
  list.push_back(b);
  list.push_back(c);
  EXPECT_EQ(elements_of(list), (Elements{&a, &b, &c}));
  list.push_back(a);
  EXPECT_EQ(elements_of(list), (Elements{&b, &c, &a}));
  EXPECT_EQ(list.pop_front(), &b);
  EXPECT_EQ(elements_of(list), (Elements{&c, &a}));
}

TEST(IntrusiveListTest, AnElementLeavesWhenItIsDestroyedWhereverItStands) {
  for (size_t leaves = 0; leaves < 3; ++leaves) {
    List list;
    std::optional<Element> elements[3];
    Elements rest;
    for (auto& element : elements) list.push_back(element.emplace());
    for (size_t i = 0; i < 3; ++i) {
      if (i != leaves) rest.push_back(&*elements[i]);
    }
    elements[leaves].reset();
    EXPECT_EQ(elements_of(list), rest);
  }
}

TEST(IntrusiveListTest, AListThatIsDestroyedLetsGo) {
  Element a;
  {
    List list;
    list.push_back(a);
  }
  EXPECT_FALSE(a.List::Hook::is_listed());
  List other;
  other.push_back(a);
  EXPECT_TRUE(other.contains(a));
}

TEST(IntrusiveListTest, ListsOfOneKindExcludeEachOther) {
  List one, two;
  OtherList apart;
  Element a, b;
  one.push_back(a);
  one.push_back(b);
  apart.push_back(a);
  two.push_back(a);
  EXPECT_EQ(elements_of(one), Elements{&b});
  EXPECT_EQ(elements_of(two), Elements{&a});
  EXPECT_TRUE(apart.contains(a));
}

TEST(IntrusiveListTest, TakesAllOfAnother) {
  List one, two;
  Element a, b, c;
  one.push_back(a);
  two.push_back(b);
  two.push_back(c);
  one.take_all(two);
  EXPECT_EQ(elements_of(one), (Elements{&a, &b, &c}));
  EXPECT_TRUE(two.empty());
}

}  // namespace
}  // namespace headrace::adapters
