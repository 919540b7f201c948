#include "tests/attacks/attack.h"

namespace headrace::attacks {

std::vector<Attack> all_attacks() {
  std::vector<Attack> all;
  for (const auto attacks : {field_attacks(), reset_attacks(), control_attacks(), flow_attacks(),
                             client_attacks(), http1_attacks()}) {
    for (const Attack& attack : attacks) {
      all.push_back(attack);
      if (attack.client_honest_traffic == nullptr) continue;
      all.push_back(attack);
      all.back().role = Role::kClient;
    }
  }
  return all;
}

}  // namespace headrace::attacks
