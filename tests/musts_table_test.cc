// docs/rfc9113-musts.md, docs/rfc9112-musts.md and tests/transcripts agree.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace {

constexpr char kRoot[] = "tests/transcripts/";

// A table, and the extension of the transcripts that stand in it.
struct Table {
  const char* path;
  const char* extension;
};

// A row of one of the tables: its cells but the last, and the transcripts in the last.
struct Row {
  int line = 0;
  std::string what;
  std::vector<std::string> transcripts;
};

// The targets of the links `[x](../tests/transcripts/x)` of a cell, which must say what they show.
std::vector<std::string> links(const Table& table, const std::string& cell, int line) {
  static const std::string kTarget = std::string("](../") + kRoot;
  std::vector<std::string> targets;
  for (size_t open = cell.find('['); open != cell.npos; open = cell.find('[', open + 1)) {
    const size_t middle = cell.find(kTarget, open);
    const size_t end = cell.find(')', open);
    if (middle == cell.npos || end == cell.npos || end < middle) {
      ADD_FAILURE() << table.path << ":" << line << ": not a link to a transcript";
      break;
    }
    targets.push_back(cell.substr(middle + kTarget.size(), end - middle - kTarget.size()));
    EXPECT_EQ(cell.substr(open + 1, middle - open - 1), targets.back())
        << table.path << ":" << line;
  }
  return targets;
}

std::vector<Row> read_rows(const Table& table) {
  std::ifstream file(table.path);
  std::vector<Row> rows;
  std::string text;
  for (int line = 1; std::getline(file, text); ++line) {
    if (!text.starts_with("| ") || text.find(table.extension) == text.npos) continue;
    const size_t last_cell = text.rfind('|', text.size() - 2);
    rows.push_back({line, text.substr(0, last_cell), links(table, text.substr(last_cell), line)});
  }
  return rows;
}

std::set<std::string> files(const Table& table) {
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kRoot)) {
    if (entry.path().extension() == table.extension) {
      found.insert(entry.path().string().substr(sizeof(kRoot) - 1));
    }
  }
  return found;
}

class MustsTable : public testing::TestWithParam<Table> {};

TEST_P(MustsTable, NamesTranscriptsThatExist) {
  const std::set<std::string> existing = files(GetParam());
  const std::vector<Row> rows = read_rows(GetParam());
  ASSERT_GT(rows.size(), 100u);
  for (const Row& row : rows) {
    EXPECT_FALSE(row.transcripts.empty()) << GetParam().path << ":" << row.line;
    for (const std::string& name : row.transcripts) {
      EXPECT_EQ(existing.count(name), 1u)
          << GetParam().path << ":" << row.line << ": there is no " << name;
    }
  }
}

TEST_P(MustsTable, NamesEveryTranscript) {
  std::set<std::string> named;
  for (const Row& row : read_rows(GetParam()))
    named.insert(row.transcripts.begin(), row.transcripts.end());
  for (const std::string& name : files(GetParam())) {
    EXPECT_EQ(named.count(name), 1u) << name << " stands in no row of " << GetParam().path;
  }
}

TEST_P(MustsTable, SaysNothingTwice) {
  std::set<std::string> said;
  for (const Row& row : read_rows(GetParam())) {
    EXPECT_TRUE(said.insert(row.what).second)
        << GetParam().path << ":" << row.line << ": said before";
    const std::set<std::string> once(row.transcripts.begin(), row.transcripts.end());
    EXPECT_EQ(once.size(), row.transcripts.size()) << GetParam().path << ":" << row.line;
  }
}

TEST_P(MustsTable, HasAHundredTranscriptsAndMore) { EXPECT_GE(files(GetParam()).size(), 100u); }

INSTANTIATE_TEST_SUITE_P(Tables, MustsTable,
                         testing::Values(Table{"docs/rfc9113-musts.md", ".h2t"},
                                         Table{"docs/rfc9112-musts.md", ".h1t"}));

}  // namespace
