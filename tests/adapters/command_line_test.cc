#include "headrace/adapters/program/command_line.h"

#include <absl/flags/flag.h>
#include <absl/flags/reflection.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "headrace/adapters/program/duration.h"

ABSL_FLAG(bool, loud, false, "Says more.");
ABSL_FLAG(bool, progress, true, "Shows progress.");
ABSL_FLAG(int, at_once, 1, "How many.");
ABSL_FLAG(int, described_at_length, 2,
          "A text that takes more than one line of a terminal, and so is broken between two words "
          "before column 80.");
ABSL_FLAG(headrace::program::Duration, wait, {}, "How long.");

namespace headrace::program {
namespace {

class CommandLineTest : public testing::Test {
 protected:
  absl::StatusOr<CommandLine> parse(std::vector<std::string> arguments) {
    fields_.clear();
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    return parse_command_line(pointers, options_);
  }
  std::string error(std::vector<std::string> arguments) {
    const auto parsed = parse(std::move(arguments));
    return parsed.ok() ? "no error" : std::string(parsed.status().message());
  }

  std::vector<std::string> fields_;
  const std::vector<Option> options_ = {
      {'v', "loud"}, {'m', "at_once"}, {'H', "header", &fields_, "A field."}};
  const absl::FlagSaver saver_;
};

TEST_F(CommandLineTest, LettersNameFlags) {
  ASSERT_TRUE(parse({"-v", "-m", "7"}).ok());
  EXPECT_TRUE(absl::GetFlag(FLAGS_loud));
  EXPECT_EQ(absl::GetFlag(FLAGS_at_once), 7);
}

TEST_F(CommandLineTest, LettersMayBeJoinedAndValuesToo) {
  ASSERT_TRUE(parse({"-vm12"}).ok());
  EXPECT_TRUE(absl::GetFlag(FLAGS_loud));
  EXPECT_EQ(absl::GetFlag(FLAGS_at_once), 12);
}

TEST_F(CommandLineTest, TheVersionEndsTheRest) {
  const auto parsed = parse({"--version", "--nonsense"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(parsed->version);
  EXPECT_FALSE(parsed->help);
  EXPECT_TRUE(version_text("get").starts_with("get (Headrace) ")) << version_text("get");
}

TEST_F(CommandLineTest, AListCollectsInOrder) {
  ASSERT_TRUE(parse({"-H", "a: 1", "-Hb: -2", "--header=c: 3", "--header", "-d"}).ok());
  EXPECT_EQ(fields_, (std::vector<std::string>{"a: 1", "b: -2", "c: 3", "-d"}));
}

TEST_F(CommandLineTest, WhatIsNoOptionIsAnArgument) {
  const auto parsed = parse({"one", "-v", "-", "--", "-m", "--help"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_FALSE(parsed->help);
  EXPECT_EQ(parsed->arguments, (std::vector<std::string>{"one", "-", "-m", "--help"}));
  EXPECT_TRUE(parse({"one", "--help", "--nonsense"})->help);
}

TEST_F(CommandLineTest, DashesStandForUnderscores) {
  ASSERT_TRUE(parse({"--at-once=3", "--no-progress"}).ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_at_once), 3);
  EXPECT_FALSE(absl::GetFlag(FLAGS_progress));
  ASSERT_TRUE(parse({"--progress", "--noloud"}).ok());
  EXPECT_TRUE(absl::GetFlag(FLAGS_progress));
}

TEST_F(CommandLineTest, MistakesNameTheArgument) {
  for (const auto& [arguments, named] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--nonsense"}, "--nonsense"},
           {{"-vx"}, "-x"},
           {{"-m"}, "-m"},
           {{"-m", "many"}, "many"},
           {{"--at_once"}, "--at_once"},
           {{"--no-at_once"}, "--no-at_once"},
           {{"--loud=perhaps"}, "perhaps"},
           {{"-H"}, "-H"},
           {{"--header"}, "--header"}}) {
    EXPECT_NE(error(arguments).find(named), std::string::npos) << error(arguments);
    EXPECT_EQ(error(arguments).find('\n'), std::string::npos) << error(arguments);
  }
}

// By the name that was typed, not by another one of the same flag.
TEST_F(CommandLineTest, MistakesNameWhatWasTyped) {
  EXPECT_EQ(error({"-m", "x"}), "'x' is not a value for -m");
  EXPECT_EQ(error({"-mx"}), "'x' is not a value for -m");
  EXPECT_EQ(error({"--at-once=x"}), "'x' is not a value for --at-once");
  EXPECT_EQ(error({"--at_once", "; x"}), "'; x' is not a value for --at_once");
  EXPECT_EQ(error({"-wait=soon"}),
            "'soon' is not a value for -wait: a duration is a number followed by ms, s, m or h");
}

TEST_F(CommandLineTest, DescribesFlagsByBothNames) {
  const std::string text = describe_flags(options_);
  for (const char* line : {"  -m, --at_once=1\n      How many.\n", "  -v, --loud=false\n",
                           "  --progress=true\n", "  -H, --header=...\n      A field.\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "in\n" << text;
  }
}

TEST_F(CommandLineTest, DescribesFlagsInLinesOfATerminal) {
  EXPECT_NE(describe_flags(options_).find(
                "  --described_at_length=2\n"
                "      A text that takes more than one line of a terminal, and so is broken\n"
                "      between two words before column 80.\n"),
            std::string::npos);
}

}  // namespace
}  // namespace headrace::program
