// Every option that is a value is in the list (protocol/interface/option_list.h): it is in a
// record, and a transcript can set it.

#include "headrace/protocol/interface/option_list.h"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <string>

namespace headrace {
namespace {

// The members of a struct, as its header has them.
std::set<std::string> members(const std::string& path, const std::string& name,
                              const std::string& prefix) {
  std::ifstream file(path);
  std::set<std::string> found;
  bool inside = false;
  const std::regex member(R"(  [A-Za-z_:0-9<>]+ ([a-z_0-9]+)( = .*|\{.*\})?;.*)");
  for (std::string line; std::getline(file, line);) {
    if (line == "struct " + name + " {") inside = true;
    if (line == "};") inside = false;
    std::smatch match;
    if (inside && std::regex_match(line, match, member)) {
      found.insert(prefix + match[1].str());
    }
  }
  return found;
}

TEST(OptionList, HasEveryOptionThatIsAValue) {
  std::set<std::string> listed;
  const Options options;
  each_option(options, [&](const char* name, const auto&) { listed.insert(name); });

  std::set<std::string> declared = members("protocol/interface/options.h", "Options", "");
  ASSERT_GT(declared.size(), 30u);
  // Not a plain value, or of no effect on what comes out.
  for (const char* other : {"allocation", "settings", "limits"}) {
    EXPECT_EQ(declared.erase(other), 1u) << other;
  }
  declared.merge(members("protocol/guard/limits.h", "Limits", "limits."));
  EXPECT_EQ(listed, declared);
}

}  // namespace
}  // namespace headrace
