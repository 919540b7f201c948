#include "benchmarks/connection_rows.h"

#include <map>
#include <memory>
#include <string_view>

#include "benchmarks/measure.h"
#include "benchmarks/peer.h"
#include "benchmarks/round.h"

namespace headrace::benchmarks {
namespace {

// Made once, when the first row wants it.
const Workload& workload(const std::string& name, Size size) {
  static std::map<std::string, Workload> made;
  const auto [place, is_new] = made.try_emplace(name);
  if (is_new) place->second = make_workload(name, size);
  return place->second;
}

std::unique_ptr<Rounds> make_rounds(const std::string& row, const std::string& name, Peer peer,
                                    Size size) {
  const Workload& work = workload(name, size);
  static std::map<std::string, bool> checked;
  bool& is_checked = checked[row];
  if (!is_checked) {
    const std::string fault = find_fault(work, peer);
    if (!fault.empty()) fail((row + " does not do its work: " + fault).c_str());
    is_checked = true;
  }
  return std::make_unique<TimedRounds>(&work, peer);
}

}  // namespace

std::vector<Row> connection_rows(const std::vector<std::string>& workloads, Size size) {
  std::vector<Row> rows;
  for (const std::string& name : workloads) {
    for (const NamedPeer& peer : kPeers) {
      const std::string row = name + "/" + peer.name;
      rows.push_back(
          {row, [row, name, run = peer.run, size] { return make_rounds(row, name, run, size); }});
    }
  }
  return rows;
}

Size take_size(int* argc, char** argv) {
  const char* size = take_flag("size", argc, argv);
  return size != nullptr && std::string_view(size) == "tiny" ? Size::kTiny : Size::kFull;
}

}  // namespace headrace::benchmarks
