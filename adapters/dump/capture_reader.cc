#include "headrace/adapters/dump/capture_reader.h"

namespace headrace::dump {

// One direction of a connection. It is read anew behind octets that are missing.
class CaptureReader::Direction final : public ItemSink {
 public:
  Direction(std::string name, Stream::Version wanted, ItemSink* sink)
      : name_(std::move(name)), wanted_(wanted), sink_(*sink) {}

  void receive(const TcpSegment& segment) {
    stream_.receive(segment);
    if (stream_.has_ended()) end();
  }
  void end() {
    stream_.end();
    if (reader_ != nullptr) reader_->end();
    reader_.reset();
  }
  // A connection that has ended, so that a SYN begins another between the same ends.
  bool has_ended() const { return stream_.has_ended(); }

  void take(const Item& item) override {
    Item here = item;
    here.direction = name_;
    here.offset += begin_;
    sink_.take(here);
  }

 private:
  void read(std::string_view octets) {
    if (reader_ == nullptr) {
      reader_ = std::make_unique<DetectingReader>(wanted_, this);
      begin_ = size_;
    }
    size_ += octets.size();
    reader_->read(octets);
  }
  void miss(uint64_t octets) {
    if (reader_ != nullptr) reader_->end();
    reader_.reset();
    Item note;
    note.name = std::to_string(octets) + " octets were not captured";
    begin_ = size_;
    take(note);
    size_ += octets;
  }

  const std::string name_;
  const Stream::Version wanted_;
  ItemSink& sink_;
  TcpStream stream_{[this](std::string_view octets) { read(octets); },
                    [this](uint64_t octets) { miss(octets); }};
  std::unique_ptr<DetectingReader> reader_;
  uint64_t size_ = 0;   // of the stream so far
  uint64_t begin_ = 0;  // where the reader began
};

CaptureReader::CaptureReader(Stream::Version wanted, ItemSink* sink)
    : wanted_(wanted),
      sink_(*sink),
      file_([this](LinkType link_type, std::string_view packet) { take(link_type, packet); }) {}

CaptureReader::~CaptureReader() = default;

void CaptureReader::read(std::string_view octets) {
  file_.read(octets);
  if (file_.error() == nullptr || told_error_) return;
  told_error_ = true;
  note(file_.error());
}

void CaptureReader::end() {
  for (const auto& [ends, direction] : directions_) {
    if (!direction->has_ended()) direction->end();
  }
  if (file_.is_cut()) note("the capture ends within a packet");
  if (directions_.empty()) note("the capture has no TCP over IPv4 or IPv6");
}

void CaptureReader::take(LinkType link_type, std::string_view packet) {
  const std::optional<TcpSegment> segment = read_tcp(link_type, packet);
  if (!segment) return;
  const Ends ends(segment->from, segment->to);
  std::unique_ptr<Direction>& direction = directions_[ends];
  if (direction == nullptr || (segment->syn && direction->has_ended())) {
    direction = std::make_unique<Direction>(ends.first + " > " + ends.second, wanted_, &sink_);
  }
  direction->receive(*segment);
}

void CaptureReader::note(std::string text) {
  Item item;
  item.name = std::move(text);
  sink_.take(item);
}

void FileReader::read(std::string_view octets) {
  if (reader_ != nullptr) return reader_->read(octets);
  begin_ += octets;
  if (begin_.size() >= 4) decide();
}

void FileReader::end() {
  if (reader_ == nullptr) decide();
  reader_->end();
}

void FileReader::decide() {
  if (begins_capture(begin_)) {
    reader_ = std::make_unique<CaptureReader>(wanted_, &sink_);
  } else {
    reader_ = std::make_unique<DetectingReader>(wanted_, &sink_);
  }
  reader_->read(begin_);
  begin_.clear();
}

}  // namespace headrace::dump
