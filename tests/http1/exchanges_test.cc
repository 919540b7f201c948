#include "headrace/protocol/http1/exchanges.h"

#include <gtest/gtest.h>

namespace headrace::http1 {
namespace {

TEST(Exchanges, AreNumberedAndSentInTheirOrder) {
  Ledger ledger(1 << 20);
  Exchanges exchanges(&ledger);
  Record* const first = exchanges.open();
  Record* const second = exchanges.open();
  EXPECT_EQ(first->id, 1u);
  EXPECT_EQ(second->id, 3u);
  EXPECT_EQ(exchanges.sending(), first);
  EXPECT_FALSE(exchanges.is_last_to_send(first));
  first->exchange.note_sending_ended();
  EXPECT_EQ(exchanges.sending(), second);
  EXPECT_EQ(exchanges.find(3), second);
  EXPECT_EQ(exchanges.find(5), nullptr);
  EXPECT_TRUE(exchanges.has_been(3));
  EXPECT_FALSE(exchanges.has_been(5));
  EXPECT_FALSE(exchanges.has_been(2));
}

TEST(Exchanges, StayUntilTheirEndIsShownAndTold) {
  Ledger ledger(1 << 20);
  Exchanges exchanges(&ledger);
  Record* const record = exchanges.open();
  exchanges.end_shown(record);
  exchanges.erase_if_done(record);
  EXPECT_EQ(exchanges.find(1), record);
  exchanges.close(record, {}, ClosedBy::kEnd);
  EXPECT_EQ(exchanges.open_count(), 0u);
  exchanges.erase_if_done(record);
  EXPECT_EQ(exchanges.find(1), record);
  Notice notice;
  ASSERT_EQ(exchanges.next_notice(&notice), record);
  EXPECT_EQ(notice, Notice::kClosed);
  exchanges.take_notice(record, notice);
  exchanges.erase_if_done(record);
  EXPECT_EQ(exchanges.find(1), nullptr);
  EXPECT_TRUE(exchanges.empty());
}

TEST(Exchanges, RecycleTheirRecords) {
  Ledger ledger(sizeof(Record));
  Exchanges exchanges(&ledger);
  for (StreamId id = 1; id < 10; id += 2) {
    Record* const record = exchanges.open();
    ASSERT_NE(record, nullptr);
    EXPECT_EQ(record->id, id);
    EXPECT_EQ(exchanges.open(), nullptr) << "no memory for two";
    exchanges.close(record, {}, ClosedBy::kEnd);
    exchanges.take_notice(record, Notice::kClosed);
    exchanges.end_shown(record);
    exchanges.erase_if_done(record);
  }
  exchanges.trim();
  EXPECT_EQ(ledger.live(), 0u);
}

}  // namespace
}  // namespace headrace::http1
