#include "headrace/memory/recycler.h"

#include <gtest/gtest.h>

#include <gsl/span>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "headrace/memory/bytes.h"

namespace headrace {
namespace {

struct Text {
  Bytes bytes;
};
struct Number {
  int value;
};
using Thing = std::variant<std::monostate, Text, Number>;
void own(Thing& thing) {
  if (auto* text = std::get_if<Text>(&thing)) text->bytes.own();
}
[[maybe_unused]] void retire(Thing& thing) {
  if (auto* text = std::get_if<Text>(&thing)) text->bytes.retire("Text");
}
using Things = Recycler<Thing>;
using ThingPtr = Recycled<Thing>;

gsl::span<const uint8_t> octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
Text text(const std::string& from) { return {Bytes(octets(from))}; }
std::string_view text_of(const ThingPtr& thing) { return std::get<Text>(*thing).bytes.text(); }

TEST(Recycler, ReuseLendsTheObjectThatCameBack) {
  if (HEADRACE_ASAN || HEADRACE_HARDENED) GTEST_SKIP() << "checked builds let objects rest";
  Things things(Allocation::kReuse);
  ThingPtr first = things.lend(Number{1});
  const Thing* address = first.get();
  first.reset();
  ThingPtr second = things.lend(Number{2});
  EXPECT_EQ(second.get(), address);
  EXPECT_EQ(things.implicit_keeps(), 0u);
}

TEST(Recycler, FreshLendsObjectsOfTheirOwn) {
  Things things(Allocation::kFresh);
  std::string source = "hello";
  ThingPtr first = things.lend(text(source));
  source = "?????";
  ThingPtr second = things.lend(Number{2});
  EXPECT_NE(first.get(), second.get());
  EXPECT_EQ(text_of(first), "hello") << "its bytes are its own";
  EXPECT_EQ(things.implicit_keeps(), 0u);
}

TEST(Recycler, AHeldObjectIsCutLooseByTheNext) {
  Things things(Allocation::kReuse);
  std::string source = "hello";
  ThingPtr held = things.lend(text(source));
  ThingPtr next = things.lend(Number{2});
  source = "?????";
  EXPECT_NE(held.get(), next.get());
  EXPECT_EQ(text_of(held), "hello");
  EXPECT_EQ(things.implicit_keeps(), 1u);
}

TEST(Recycler, SettleComesBeforeWhatViewsPointIntoChanges) {
  Things things(Allocation::kReuse);
  std::string source = "hello";
  ThingPtr held = things.lend(text(source));
  things.detach_held();
  source = "?????";
  EXPECT_EQ(text_of(held), "hello");
  things.detach_held();
  EXPECT_EQ(things.implicit_keeps(), 1u) << "counted once";
}

TEST(Recycler, KeepMakesAHandleIndependent) {
  for (Allocation allocation : {Allocation::kReuse, Allocation::kFresh}) {
    std::string source = "hello";
    ThingPtr kept;
    {
      Things things(allocation);
      kept = keep(things.lend(text(source)));
      source = "?????";
      EXPECT_EQ(things.implicit_keeps(), 0u) << "asked for, not implicit";
    }
    std::thread([thing = std::move(kept)] { EXPECT_EQ(text_of(thing), "hello"); }).join();
  }
  EXPECT_EQ(keep(ThingPtr()), nullptr);
}

TEST(Recycler, HandlesOutliveIt) {
  std::string source = "hello";
  ThingPtr held;
  {
    Things things(Allocation::kReuse);
    things.lend(Number{1}).reset();
    held = things.lend(text(source));
  }
  source = "?????";
  EXPECT_EQ(text_of(held), "hello");
}

TEST(Recycler, AFillThatFailsLendsNothing) {
  for (Allocation allocation : {Allocation::kReuse, Allocation::kFresh}) {
    Things things(allocation);
    EXPECT_EQ(things.lend_filled([](Thing&) { return false; }), nullptr);
    ThingPtr next = things.lend_filled([](Thing& thing) {
      EXPECT_TRUE(std::holds_alternative<std::monostate>(thing)) << "nothing is left over";
      thing = Number{3};
      return true;
    });
    EXPECT_EQ(std::get<Number>(*next).value, 3);
    EXPECT_EQ(things.implicit_keeps(), 0u);
  }
}

TEST(Recycler, WhatComesBackIsEmptied) {
  Things things(Allocation::kReuse);
  const std::string source = "hello";
  for (int i = 0; i < 100; ++i) {
    things.lend(text(source)).reset();
    things
        .lend_filled([](Thing& thing) {
          EXPECT_TRUE(std::holds_alternative<std::monostate>(thing));
          thing = Number{1};
          return true;
        })
        .reset();
  }
}

[[maybe_unused]] void look_at_stale_object() {
  Things things(Allocation::kReuse);
  ThingPtr thing = things.lend(Number{1});
  const Thing* stale = thing.get();
  thing.reset();
  ASSERT_NE(stale->index(), 100u);
}
[[maybe_unused]] void use_stale_accessor() {
  const std::string source = "hello";
  Things things(Allocation::kReuse);
  ThingPtr thing = things.lend(text(source));
  const Bytes& stale = std::get<Text>(*thing).bytes;
  thing.reset();
  ASSERT_NE(stale.size(), 0u);
}

#if HEADRACE_ASAN
TEST(RecyclerDeathTest, AStaleObjectIsReportedByAddressSanitizer) {
  EXPECT_DEATH(look_at_stale_object(), "AddressSanitizer: heap-use-after-free");
}
#elif HEADRACE_HARDENED
TEST(RecyclerDeathTest, AStaleAccessorStopsTheProgram) {
  EXPECT_DEATH(use_stale_accessor(), "the bytes of a Text used after it was dropped");
}
#endif

}  // namespace
}  // namespace headrace
