#include "tests/reference/nghttp2_hpack.h"

#include <nghttp2/nghttp2.h>

#include <cstdlib>

#include "tests/reference/hpack_tables.h"

namespace reference {
namespace {

HeaderField to_field(const nghttp2_nv& nv) {
  return {{reinterpret_cast<const char*>(nv.name), nv.namelen},
          {reinterpret_cast<const char*>(nv.value), nv.valuelen},
          (nv.flags & NGHTTP2_NV_FLAG_NO_INDEX) != 0};
}

// `entry_at` numbers the static table's entries and, behind them, the dynamic table's, from 1 on.
template <typename EntryAt>
std::vector<HeaderField> dynamic_entries(size_t all, EntryAt entry_at) {
  std::vector<HeaderField> entries;
  for (size_t i = static_table().size() + 1; i <= all; ++i)
    entries.push_back(to_field(*entry_at(i)));
  return entries;
}

void require_success(int result) {
  if (result != 0) std::abort();  // out of memory, or called in the middle of a block
}

}  // namespace

Nghttp2Inflater::Nghttp2Inflater() : inflater_(nullptr, nghttp2_hd_inflate_del) {
  nghttp2_hd_inflater* inflater = nullptr;
  require_success(nghttp2_hd_inflate_new(&inflater));
  inflater_.reset(inflater);
}

std::optional<std::vector<HeaderField>> Nghttp2Inflater::decode(std::string_view block) {
  std::vector<HeaderField> fields;
  const auto* in = reinterpret_cast<const uint8_t*>(block.data());
  const uint8_t* const end = in + block.size();
  int flags = 0;
  while ((flags & NGHTTP2_HD_INFLATE_FINAL) == 0) {
    nghttp2_nv nv;
    const auto read = nghttp2_hd_inflate_hd2(inflater_.get(), &nv, &flags, in,
                                             static_cast<size_t>(end - in), /*in_final=*/1);
    if (read < 0) return std::nullopt;
    in += read;
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) fields.push_back(to_field(nv));
  }
  require_success(nghttp2_hd_inflate_end_headers(inflater_.get()));
  return fields;
}

void Nghttp2Inflater::set_max_table_size(uint32_t limit) {
  require_success(nghttp2_hd_inflate_change_table_size(inflater_.get(), limit));
}

std::vector<HeaderField> Nghttp2Inflater::table() const {
  return dynamic_entries(
      nghttp2_hd_inflate_get_num_table_entries(inflater_.get()),
      [this](size_t i) { return nghttp2_hd_inflate_get_table_entry(inflater_.get(), i); });
}

uint64_t Nghttp2Inflater::table_max_size() const {
  return nghttp2_hd_inflate_get_max_dynamic_table_size(inflater_.get());
}

Nghttp2Deflater::Nghttp2Deflater(uint32_t table_size) : deflater_(nullptr, nghttp2_hd_deflate_del) {
  nghttp2_hd_deflater* deflater = nullptr;
  require_success(nghttp2_hd_deflate_new(&deflater, table_size));
  deflater_.reset(deflater);
}

std::string Nghttp2Deflater::encode(const std::vector<HeaderField>& fields) {
  std::vector<nghttp2_nv> list;
  for (const HeaderField& field : fields) {
    // (nghttp2's pointers are not const, but it only reads.)
    list.push_back({reinterpret_cast<uint8_t*>(const_cast<char*>(field.name.data())),
                    reinterpret_cast<uint8_t*>(const_cast<char*>(field.value.data())),
                    field.name.size(), field.value.size(),
                    static_cast<uint8_t>(field.never_indexed ? NGHTTP2_NV_FLAG_NO_INDEX
                                                             : NGHTTP2_NV_FLAG_NONE)});
  }
  std::string block(nghttp2_hd_deflate_bound(deflater_.get(), list.data(), list.size()), '\0');
  const auto size = nghttp2_hd_deflate_hd(deflater_.get(), reinterpret_cast<uint8_t*>(block.data()),
                                          block.size(), list.data(), list.size());
  if (size < 0) std::abort();
  block.resize(static_cast<size_t>(size));
  return block;
}

void Nghttp2Deflater::set_max_table_size(uint32_t limit) {
  require_success(nghttp2_hd_deflate_change_table_size(deflater_.get(), limit));
}

std::vector<HeaderField> Nghttp2Deflater::table() const {
  return dynamic_entries(
      nghttp2_hd_deflate_get_num_table_entries(deflater_.get()),
      [this](size_t i) { return nghttp2_hd_deflate_get_table_entry(deflater_.get(), i); });
}

}  // namespace reference
