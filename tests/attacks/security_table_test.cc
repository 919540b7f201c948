// docs/security.md lists every class of attacks and every bound, and what it cites is there.

#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <chrono>
#include <concepts>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "headrace/protocol/guard/limits.h"
#include "tests/attacks/attack.h"

namespace headrace::attacks {
namespace {

constexpr char kPage[] = "docs/security.md";

std::string read(const char* path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The rows of the table with this heading, by cells, without the lines of its head.
std::vector<std::vector<std::string>> table(const std::string& heading) {
  std::istringstream page(read(kPage));
  std::vector<std::vector<std::string>> rows;
  std::string line;
  bool inside = false;
  while (std::getline(page, line)) {
    if (!line.starts_with("|")) {
      inside = false;
    } else if (line.starts_with("| " + heading + " |")) {
      inside = true;
    } else if (inside && !line.starts_with("|---")) {
      std::vector<std::string> cells;
      std::istringstream text(line.substr(1));
      for (std::string cell; std::getline(text, cell, '|');) {
        const size_t begin = std::min(cell.find_first_not_of(' '), cell.size());
        cells.push_back(cell.substr(begin, cell.find_last_not_of(' ') + 1 - begin));
      }
      rows.push_back(cells);
    }
  }
  return rows;
}

// Every match of the first group.
std::set<std::string> find_all(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match) {
    found.insert((*match)[1]);
  }
  return found;
}

// The classes that have a CVE, as issue trackers know them.
const std::array kCves = {"2016-1546",  "2016-6581",  "2018-20615", "2018-14645", "2019-9511",
                          "2019-9512",  "2019-9513",  "2019-9514",  "2019-9515",  "2019-9516",
                          "2019-9517",  "2019-9518",  "2020-11080", "2021-32778", "2022-41723",
                          "2023-26964", "2023-35945", "2023-44487", "2024-27316", "2024-28182",
                          "2023-45288", "2026-33871", "2025-8671",  "2025-57804", "2026-27135",
                          "2026-33814", "2026-49975", "2026-47774"};

TEST(SecurityTable, HasEveryCve) {
  std::set<std::string> listed;
  for (const auto& row : table("class")) listed.merge(find_all(row.at(1), "CVE-([0-9]+-[0-9]+)"));
  for (const char* cve : kCves) EXPECT_EQ(listed.count(cve), 1u) << cve;
  EXPECT_EQ(listed.size(), kCves.size());
}

TEST(SecurityTable, CitesWhatIsThere) {
  std::set<std::string> attacks;
  for (const Attack& attack : all_attacks()) attacks.insert(attack.name);
  std::set<std::string> cited;
  for (const auto& row : table("class")) {
    const std::string& shown_by = row.at(4);
    std::set<std::string> names = find_all(shown_by, "`([^`]+)`");
    EXPECT_FALSE(names.empty()) << row.at(0) << " is played by nothing";
    for (const std::string& name : names) EXPECT_EQ(attacks.count(name), 1u) << name;
    for (const std::string& path : find_all(shown_by, R"(\]\(\.\./([^)]+)\))")) {
      EXPECT_TRUE(std::filesystem::exists(path)) << path;
    }
    cited.merge(names);
  }
  EXPECT_EQ(cited, attacks) << "every attack stands in a row";
}

std::string number(uint64_t value) {
  if (value >= 1 << 16 && value % (1 << 20) == 0) return std::to_string(value >> 20) + " MiB";
  if (value >= 1 << 16 && value % (1 << 10) == 0) return std::to_string(value >> 10) + " KiB";
  if (value < 1000) return std::to_string(value);
  return std::to_string(value / 1000) + "," + std::to_string(value % 1000 + 1000).substr(1);
}
std::string number(std::chrono::milliseconds time) {
  return time.count() == 0 ? "off" : std::to_string(time.count() / 1000) + " s";
}

std::string number(std::same_as<bool> auto on) { return on ? "on" : "off"; }

// In the words of the table.
std::map<std::string, std::string> defaults() {
  const Limits limits;
#define HEADRACE_LIMIT(member) \
  { #member, number(limits.member) }
  return {HEADRACE_LIMIT(connection_memory),
          HEADRACE_LIMIT(concurrent_streams),
          HEADRACE_LIMIT(remembered_streams),
          HEADRACE_LIMIT(field_list_size),
          HEADRACE_LIMIT(fields_per_request),
          HEADRACE_LIMIT(fields_per_response),
          HEADRACE_LIMIT(extra_continuations),
          HEADRACE_LIMIT(tiny_continuations),
          HEADRACE_LIMIT(informational_responses),
          HEADRACE_LIMIT(request_line_size),
          HEADRACE_LIMIT(pipelined_requests),
          HEADRACE_LIMIT(chunk_extension_size),
          {"content_size", limits.content_size == 0 ? "off" : number(limits.content_size)},
          HEADRACE_LIMIT(discarded_content),
          HEADRACE_LIMIT(content_timeout),
          HEADRACE_LIMIT(queued_replies),
          HEADRACE_LIMIT(output_backlog),
          HEADRACE_LIMIT(settings_per_frame),
          HEADRACE_LIMIT(reset_burst),
          HEADRACE_LIMIT(resets_per_second),
          HEADRACE_LIMIT(useless_burst),
          HEADRACE_LIMIT(useless_per_second),
          HEADRACE_LIMIT(priority_updates_per_stream),
          HEADRACE_LIMIT(preface_timeout),
          HEADRACE_LIMIT(field_block_timeout),
          HEADRACE_LIMIT(settings_ack_timeout),
          HEADRACE_LIMIT(stream_stall_timeout),
          HEADRACE_LIMIT(stream_stall_timeout_under_pressure),
          HEADRACE_LIMIT(idle_timeout),
          HEADRACE_LIMIT(connection_age),
          HEADRACE_LIMIT(connection_age_grace),
          HEADRACE_LIMIT(keepalive_interval),
          HEADRACE_LIMIT(keepalive_timeout),
          HEADRACE_LIMIT(keepalive_while_idle),
          HEADRACE_LIMIT(shutdown_ping_timeout)};
#undef HEADRACE_LIMIT
}

TEST(LimitsTable, SaysTheDefaultsOfEveryLimit) {
  std::map<std::string, std::string> said;
  for (const auto& row : table("limit")) {
    said[row.at(0)] = row.at(1);
    EXPECT_FALSE(row.at(2).empty() || row.at(3).empty()) << row.at(0) << ": a reason and a cost";
  }
  std::map<std::string, std::string> expected;
  for (const auto& [name, value] : defaults()) expected["`" + name + "`"] = value;
  EXPECT_EQ(said, expected);
}

// What a new member or enumerator has to be added to.
TEST(LimitsTable, KnowsEveryMemberAndEveryName) {
  std::set<std::string> members;
  for (const auto& [name, value] : defaults()) members.insert(name);
  const std::string header = read("protocol/guard/limits.h");
  const std::string limits = header.substr(0, header.find("\n};"));
  EXPECT_EQ(
      find_all(limits, R"(\n  (?:bool|size_t|uint\d+_t|std::chrono::milliseconds) (\w+)[ {])"),
      members);
  for (size_t i = 0; i < kLimits; ++i) {
    const std::string name = to_string(static_cast<Limit>(i));
    EXPECT_EQ(members.count(name), 1u) << name;
  }
}

}  // namespace
}  // namespace headrace::attacks
