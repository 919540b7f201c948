#include <gtest/gtest.h>

#include <iterator>
#include <ostream>
#include <random>
#include <string>

#include "headrace/protocol/stream/priority_field.h"

namespace headrace {

void PrintTo(const Priority& priority, std::ostream* out) {
  *out << "u=" << int{priority.urgency} << (priority.incremental ? ", i" : "");
}

namespace {

struct Case {
  std::string_view value;
  Priority priority;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << '"' << c.value << '"'; }

class Field : public testing::TestWithParam<Case> {};
TEST_P(Field, SaysItsPriority) {
  Priority priority{6, true};  // anything but the defaults: all of it is assigned
  ASSERT_TRUE(parse_priority_field(GetParam().value, &priority));
  EXPECT_EQ(priority, GetParam().priority);
}

// RFC 9218 §4, §4.1, §4.2.
INSTANTIATE_TEST_SUITE_P(
    Parameters, Field,
    testing::Values(Case{"", {3, false}}, Case{"u=0", {0, false}}, Case{"u=1", {1, false}},
                    Case{"u=2", {2, false}}, Case{"u=3", {3, false}}, Case{"u=4", {4, false}},
                    Case{"u=5", {5, false}}, Case{"u=6", {6, false}}, Case{"u=7", {7, false}},
                    Case{"i", {3, true}}, Case{"i=?1", {3, true}}, Case{"i=?0", {3, false}},
                    Case{"u=5, i", {5, true}}, Case{"i,u=5", {5, true}}, Case{" u=1 ", {1, false}},
                    Case{"u=2;x=y, i;z", {2, true}}));

// §4: unknown parameters, values out of range and of other types are ignored; the others count.
INSTANTIATE_TEST_SUITE_P(Ignored, Field,
                         testing::Values(Case{"u=8, i", {3, true}}, Case{"u=-1, i", {3, true}},
                                         Case{"u=999999999999999, i", {3, true}},
                                         Case{"u=256", {3, false}}, Case{"u=1.0, i", {3, true}},
                                         Case{"u=\"1\", i", {3, true}}, Case{"u=a, i", {3, true}},
                                         Case{"u, i", {3, true}}, Case{"u=?1", {3, false}},
                                         Case{"u=:MQ==:", {3, false}}, Case{"u=(1)", {3, false}},
                                         Case{"u=@1", {3, false}}, Case{"i=1, u=2", {2, false}},
                                         Case{"i=\"?1\"", {3, false}}, Case{"i=true", {3, false}},
                                         Case{"i=(?1)", {3, false}},
                                         Case{"x=(1 2);y, u=1, uu=5, ii", {1, false}}));

// RFC 9651 §3.2: the last of several is the one, also when it is to be ignored.
INSTANTIATE_TEST_SUITE_P(Twice, Field,
                         testing::Values(Case{"u=1, u=2", {2, false}}, Case{"i, i=?0", {3, false}},
                                         Case{"i=?0, i", {3, true}}, Case{"u=1, u=9", {3, false}},
                                         Case{"u=9, u=1", {1, false}}, Case{"i, i=1", {3, false}}));

TEST(PriorityField, IsIgnoredAsAWholeWhenItIsNoDictionary) {
  for (std::string_view value : {"u=1,", "u=1 i", "u=", "U=1", "u=1, i=", "u=1;", "u=1, i=?2",
                                 "u=1, x=\"", "u=1, x=(", "1", "u:1", "u=1; i=?"}) {
    Priority priority{6, true};
    EXPECT_FALSE(parse_priority_field(value, &priority)) << value;
    EXPECT_EQ(priority, (Priority{6, true})) << value;
  }
}

// RFC 9651 §4.2: the lines of a section are one list of members.
TEST(PriorityField, MayComeInSeveralLines) {
  PriorityParameters parameters;
  ASSERT_TRUE(parse_priority_field("u=1", &parameters));
  ASSERT_TRUE(parse_priority_field("i", &parameters));
  EXPECT_EQ(parameters.priority(), (Priority{1, true}));
  ASSERT_TRUE(parse_priority_field("u=5", &parameters));
  EXPECT_EQ(parameters.priority(), (Priority{5, true}));
  ASSERT_TRUE(parse_priority_field("u=9, i=?0", &parameters));
  EXPECT_EQ(parameters.priority(), (Priority{3, false}));
  EXPECT_FALSE(parse_priority_field("u=7,", &parameters));
  EXPECT_EQ(parameters.priority(), (Priority{3, false}));
}

// RFC 9218 §8, with its example: what the response does not say stays as the request said it.
TEST(PriorityField, OfAResponseChangesWhatItNames) {
  const Priority request{5, true};
  PriorityParameters response;
  EXPECT_EQ(response.merged_into(request), request);
  ASSERT_TRUE(parse_priority_field("u=1", &response));
  EXPECT_EQ(response.merged_into(request), (Priority{1, true}));
  response = {};
  ASSERT_TRUE(parse_priority_field("i=?0, u=8", &response));
  EXPECT_EQ(response.merged_into(request), (Priority{5, false}));
}

TEST(PriorityField, IsWrittenWithoutItsDefaults) {
  char room[kMaxPriorityField];
  EXPECT_EQ(write_priority_field({3, false}, room), "");
  EXPECT_EQ(write_priority_field({3, true}, room), "i");
  EXPECT_EQ(write_priority_field({0, false}, room), "u=0");
  EXPECT_EQ(write_priority_field({7, true}, room), "u=7, i");
}

TEST(PriorityField, IsReadAsItWasWritten) {
  for (uint8_t urgency = 0; urgency < Priority::kLevels; ++urgency) {
    for (bool incremental : {false, true}) {
      const Priority written{urgency, incremental};
      char room[kMaxPriorityField];
      Priority read;
      ASSERT_TRUE(parse_priority_field(write_priority_field(written, room), &read));
      EXPECT_EQ(read, written);
    }
  }
}

// Texts made of pieces that mean something: what is accepted is in range, and what is refused has
// changed nothing. A member with an unknown name in front changes neither.
TEST(PriorityField, AnyTextIsReadOrRefused) {
  constexpr const char* kPieces[] = {"u",  "i",  "=", "?1", "?0", "7",      "8", "-",   ".",
                                     "\"", "\\", "(", ")",  ";",  ",",      " ", "\t",  "a",
                                     "A",  "*",  ":", "@",  "%",  "%c3%bc", "0", "u=1", ", "};
  std::mt19937 random(9218);
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string value;
    for (auto pieces = random() % 8; pieces > 0; --pieces) {
      value += kPieces[random() % std::size(kPieces)];
    }
    Priority priority{6, true};
    const bool ok = parse_priority_field(value, &priority);
    accepted += ok ? 1 : 0;
    if (ok) {
      ASSERT_LT(priority.urgency, Priority::kLevels) << value;
    } else {
      ASSERT_EQ(priority, (Priority{6, true})) << value;
    }
    if (value.find_first_not_of(" \t") != 0) continue;  // white space means something else there
    Priority behind{6, true};
    ASSERT_EQ(parse_priority_field("zz=\"u=0, i\"," + value, &behind), ok) << value;
    ASSERT_EQ(behind, priority) << value;
  }
  EXPECT_GT(accepted, 500);  // or the pieces are badly chosen
}

}  // namespace
}  // namespace headrace
