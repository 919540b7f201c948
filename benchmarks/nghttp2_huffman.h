#ifndef HEADRACE_BENCHMARKS_NGHTTP2_HUFFMAN_H_
#define HEADRACE_BENCHMARKS_NGHTTP2_HUFFMAN_H_

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>

// libnghttp2's Huffman coding by itself. It is not part of its interface: these are declarations of
// what its archive holds (lib/nghttp2_hd_huffman.h, nghttp2_buf.h of 1.52). The rows that use them
// compare what they get with what went in, so that another version is noticed.
extern "C" {

struct nghttp2_buf {
  uint8_t* begin;
  uint8_t* end;
  uint8_t* pos;
  uint8_t* last;
  uint8_t* mark;
};
struct nghttp2_buf_chain {
  nghttp2_buf_chain* next;
  nghttp2_buf buf;
};
struct nghttp2_bufs {
  nghttp2_buf_chain* head;
  nghttp2_buf_chain* cur;
  nghttp2_mem* mem;
  size_t chunk_length;
  size_t max_chunk;
  size_t chunk_used;
  size_t chunk_keep;
  size_t offset;
};
struct nghttp2_hd_huff_decode_context {
  uint16_t fstate;
};

nghttp2_mem* nghttp2_mem_default(void);
int nghttp2_bufs_init(nghttp2_bufs* bufs, size_t chunk_length, size_t max_chunk, nghttp2_mem* mem);
void nghttp2_bufs_free(nghttp2_bufs* bufs);
void nghttp2_bufs_reset(nghttp2_bufs* bufs);
int nghttp2_hd_huff_encode(nghttp2_bufs* bufs, const uint8_t* src, size_t srclen);
void nghttp2_hd_huff_decode_context_init(nghttp2_hd_huff_decode_context* ctx);
ssize_t nghttp2_hd_huff_decode(nghttp2_hd_huff_decode_context* ctx, nghttp2_buf* buf,
                               const uint8_t* src, size_t srclen, int fin);
}

#endif  // HEADRACE_BENCHMARKS_NGHTTP2_HUFFMAN_H_
