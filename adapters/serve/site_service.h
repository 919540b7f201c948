#ifndef HEADRACE_ADAPTERS_SERVE_SITE_SERVICE_H_
#define HEADRACE_ADAPTERS_SERVE_SITE_SERVICE_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "adapters/loop/handler.h"
#include "adapters/serve/http_date.h"
#include "adapters/serve/site.h"

namespace headrace::serve {

// The date field's value, made once a second. One a thread.
class DateClock {
 public:
  std::string_view now();

 private:
  int64_t second_ = -1;
  HttpDate date_{0};
};

// The site behind one loop's connections.
class SiteService : public adapters::Service {
 public:
  explicit SiteService(const Site* site) : site_(site) {}
  std::unique_ptr<adapters::Handler> open(Connection& connection,
                                          adapters::Driver& driver) override;

 private:
  const Site* site_;
  DateClock clock_;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_SITE_SERVICE_H_
