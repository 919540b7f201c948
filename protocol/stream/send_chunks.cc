#include "headrace/protocol/stream/send_chunks.h"

#include <new>
#include <utility>

namespace headrace {
HEADRACE_ABI_BEGIN

void SendChunks::Destroy::operator()(SendChunks* chunks) const {
  // The block is handed back behind the object that lies in it.
  const BlockPool::BlockPtr home = std::move(chunks->home_);
  std::destroy_at(chunks);
}

void SendChunks::drop(Chunk* chunk) {
  const BlockPool::BlockPtr home = std::move(chunk->home);
  std::destroy_at(chunk);
}

SendChunks::Ptr SendChunks::make(size_t held, BlockPool* pool) {
  BlockPool::BlockPtr home = pool->take(sizeof(SendChunks));
  uint8_t* const place = home->octets();
  return Ptr(new (place) SendChunks(held, std::move(home)));
}

SendChunks::~SendChunks() {
  while (oldest_ != nullptr) drop(std::exchange(oldest_, oldest_->next));
}

void SendChunks::push(Body&& body, size_t buffered, BlockPool* pool) {
  BlockPool::BlockPtr home = pool->take(sizeof(Chunk));
  uint8_t* const place = home->octets();
  const gsl::span<const uint8_t> octets(body.bytes().data(), body.bytes().size());
  auto* const chunk = new (place) Chunk{std::move(home), std::move(body), octets, buffered - gaps_};
  gaps_ = buffered;
  (oldest_ == nullptr ? oldest_ : newest_->next) = chunk;
  newest_ = chunk;
  if (next_ == nullptr) next_ = chunk;
}

void SendChunks::consume(size_t size) {
  consumed_ = next_;
  next_->rest = next_->rest.subspan(size);
  if (next_->rest.empty()) next_ = next_->next;
}

void SendChunks::drop_sent() {
  consumed_ = nullptr;
  while (oldest_ != next_ && oldest_->end <= released_) {
    drop(std::exchange(oldest_, oldest_->next));
  }
}

void SendChunks::cancel() {
  newest_ = next_ = consumed_ = nullptr;
  gaps_ = 0;
  for (Chunk** link = &oldest_; *link != nullptr;) {
    if ((*link)->end > released_) {
      newest_ = *link;
      link = &newest_->next;
    } else {
      drop(std::exchange(*link, (*link)->next));
    }
  }
}

HEADRACE_ABI_END
}  // namespace headrace
