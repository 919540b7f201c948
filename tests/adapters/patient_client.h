#ifndef HEADRACE_TESTS_ADAPTERS_PATIENT_CLIENT_H_
#define HEADRACE_TESTS_ADAPTERS_PATIENT_CLIENT_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "headrace/adapters/loop/loop.h"
#include "tests/adapters/kernel/kernel.h"
#include "tests/adapters/pattern_service.h"
#include "tests/reference/frames.h"

namespace headrace::adapters {

// A client that uploads, and reads the response with long breaks, from a server that answers before
// the upload has ended and closes or resets the connection. What has come must be read to its end,
// whatever becomes of the upload; and a response that was cut off must not be taken for whole.
class PatientClient : public Service {
 public:
  struct Kind {
    bool http1;
    bool until_close;  // HTTP/1.1: the end of the connection is that of the response
    bool resets;       // the connection, behind the response
    size_t upload;     // octets behind "begin"
  };
  static constexpr Kind kKinds[] = {
      {true, false, false, 0},     {true, false, false, 1000}, {true, false, true, 0},
      {true, false, true, 1000},   {true, true, false, 0},     {true, true, false, 1000},
      {true, true, true, 0},       {true, true, true, 1000},   {false, false, false, 0},
      {false, false, false, 1000}, {false, false, true, 0},    {false, false, true, 1000},
  };

  PatientClient(const Kind& kind, simulation::Kernel& kernel) : kind_(kind), kernel_(kernel) {}

  void connect(Loop& loop) {
    Options options;
    options.automatic_credit = false;
    if (kind_.http1) {
      options.protocol = ProtocolVersion::kHttp1;
      options.initial_window_size = kWindow;
    }
    options.limits.queued_replies = 8;
    UniqueFd socket(kernel_.open_outgoing(server()));
    socket_ = kernel_.find(socket.get())->socket;
    loop.connect(std::move(socket), options, this);
  }

  // When its break is over, and what it does then.
  TimePoint break_ends() const { return break_ends_; }
  void go_on() {
    break_ends_ = TimePoint::max();
    if (over_) return;
    (void)connection_->credit(1, static_cast<uint32_t>(std::exchange(held_, 0)));
    driver_->attend();
  }

  // What went wrong; empty if nothing did, or there was no connection.
  std::string complaint() const {
    if (!opened_) return "";
    const std::string name = std::string(kind_.http1 ? "HTTP/1.1" : "HTTP/2") +
                             (kind_.until_close ? ", until close" : "") +
                             (kind_.resets ? ", reset" : "") + (kind_.upload > 0 ? ", upload" : "");
    if (!closed_) return "a client was not told of the end: " + name;
    if (body_ != pattern(kSize)) {
      return "a client got " + std::to_string(body_.size()) + " octets: " + name;
    }
    const bool whole = !kind_.until_close || socket_->fin;
    if (ended_ != whole)
      return "a client takes it wrongly for " + std::string(ended_ ? "whole: " : "cut off: ") +
             name;
    return "";
  }

  std::unique_ptr<Handler> open(Connection& connection, Driver& driver) override {
    opened_ = true;
    connection_ = &connection;
    driver_ = &driver;
    EXPECT_TRUE(
        connection
            .submit_request(
                {{":method", "POST"}, {":scheme", "http"}, {":authority", "test"}, {":path", "/"}},
                Body::owned(kBegin + std::string(kind_.upload, 'x')))
            .ok());
    return std::make_unique<PatientHandler>(*this);
  }

 private:
  static constexpr size_t kSize = 700;
  static constexpr uint32_t kWindow = 100;
  inline static const std::string kBegin = "begin";

  class PatientHandler : public Handler {
   public:
    explicit PatientHandler(PatientClient& client) : client_(client) {}
    ~PatientHandler() override { client_.over_ = true; }
    void handle(EventPtr event) override {
      std::visit(
          Overloaded{[&](const DataReceived& data) { client_.take(data); },
                     [&](const StreamClosed& closed) { client_.closed_ = closed.stream_id == 1; },
                     [](const auto&) {}},
          *event);
    }

   private:
    PatientClient& client_;
  };

  void take(const DataReceived& data) {
    body_.append(data.bytes.text());
    held_ += data.bytes.size();
    ended_ = ended_ || data.end_stream;
    const TimePoint now{std::chrono::nanoseconds(kernel_.now())};
    break_ends_ = std::min(break_ends_, now + std::chrono::seconds(1));
  }

  std::deque<simulation::Step> server() const {
    using simulation::Step;
    const std::string body = pattern(kSize);
    std::string first, rest;
    if (kind_.http1) {
      first = "HTTP/1.1 200 OK\r\n";
      if (!kind_.until_close) first += "Content-Length: " + std::to_string(kSize) + "\r\n";
      first += "\r\n" + body.substr(0, 150);
      rest = body.substr(150);
    } else {
      using reference::encode;
      first = encode(reference::SETTINGS, 0, 0);
      // Answers to these wait, and keep the client from reading.
      for (int i = 0; i < 30; ++i) first += encode(reference::PING, 0, 0, "8 octets");
      first += encode(reference::HEADERS, reference::END_HEADERS, 1, "\x88");  // :status: 200
      rest = encode(reference::DATA, reference::END_STREAM, 1, body);
    }
    return {{Step::kAccept},      {Step::kAwaitText, kBegin},
            {Step::kStopReading}, {Step::kSend, first},
            {Step::kSend, rest},  {kind_.resets ? Step::kReset : Step::kClose}};
  }

  const Kind kind_;
  simulation::Kernel& kernel_;
  std::shared_ptr<simulation::Socket> socket_;
  TimePoint break_ends_ = TimePoint::max();
  Connection* connection_ = nullptr;
  Driver* driver_ = nullptr;
  bool opened_ = false;
  bool closed_ = false;
  bool ended_ = false;  // the response, in order
  bool over_ = false;   // its connection
  size_t held_ = 0;
  std::string body_;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_TESTS_ADAPTERS_PATIENT_CLIENT_H_
