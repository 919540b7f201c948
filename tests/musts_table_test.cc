// docs/rfc9113-musts.md and tests/transcripts agree.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace {

constexpr char kTable[] = "docs/rfc9113-musts.md";
constexpr char kRoot[] = "tests/transcripts/";

// A row of one of the tables: its cells but the last, and the transcripts in the last.
struct Row {
  int line = 0;
  std::string what;
  std::vector<std::string> transcripts;
};

// The targets of the links `[x](../tests/transcripts/x)` of a cell, which must say what they show.
std::vector<std::string> links(const std::string& cell, int line) {
  static const std::string kTarget = std::string("](../") + kRoot;
  std::vector<std::string> targets;
  for (size_t open = cell.find('['); open != cell.npos; open = cell.find('[', open + 1)) {
    const size_t middle = cell.find(kTarget, open);
    const size_t end = cell.find(')', open);
    if (middle == cell.npos || end == cell.npos || end < middle) {
      ADD_FAILURE() << kTable << ":" << line << ": not a link to a transcript";
      break;
    }
    targets.push_back(cell.substr(middle + kTarget.size(), end - middle - kTarget.size()));
    EXPECT_EQ(cell.substr(open + 1, middle - open - 1), targets.back()) << kTable << ":" << line;
  }
  return targets;
}

std::vector<Row> read_rows() {
  std::ifstream file(kTable);
  std::vector<Row> rows;
  std::string text;
  for (int line = 1; std::getline(file, text); ++line) {
    if (!text.starts_with("| ") || text.find(".h2t") == text.npos) continue;
    const size_t last_cell = text.rfind('|', text.size() - 2);
    rows.push_back({line, text.substr(0, last_cell), links(text.substr(last_cell), line)});
  }
  return rows;
}

std::set<std::string> files() {
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kRoot)) {
    if (entry.path().extension() == ".h2t") {
      found.insert(entry.path().string().substr(sizeof(kRoot) - 1));
    }
  }
  return found;
}

TEST(MustsTable, NamesTranscriptsThatExist) {
  const std::set<std::string> existing = files();
  const std::vector<Row> rows = read_rows();
  ASSERT_GT(rows.size(), 100u);
  for (const Row& row : rows) {
    EXPECT_FALSE(row.transcripts.empty()) << kTable << ":" << row.line;
    for (const std::string& name : row.transcripts) {
      EXPECT_EQ(existing.count(name), 1u) << kTable << ":" << row.line << ": there is no " << name;
    }
  }
}

TEST(MustsTable, NamesEveryTranscript) {
  std::set<std::string> named;
  for (const Row& row : read_rows()) named.insert(row.transcripts.begin(), row.transcripts.end());
  for (const std::string& name : files()) {
    EXPECT_EQ(named.count(name), 1u) << name << " stands in no row of " << kTable;
  }
}

TEST(MustsTable, SaysNothingTwice) {
  std::set<std::string> said;
  for (const Row& row : read_rows()) {
    EXPECT_TRUE(said.insert(row.what).second) << kTable << ":" << row.line << ": said before";
    const std::set<std::string> once(row.transcripts.begin(), row.transcripts.end());
    EXPECT_EQ(once.size(), row.transcripts.size()) << kTable << ":" << row.line;
  }
}

TEST(Transcripts, AreAHundredAndMore) { EXPECT_GE(files().size(), 100u); }

}  // namespace
