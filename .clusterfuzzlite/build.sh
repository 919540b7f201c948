#!/bin/bash
# Builds every fuzzer with the compiler, flags and engine that OSS-Fuzz or ClusterFuzzLite name in the
# environment, and puts it into $OUT with its seeds and dictionary. Not with Bazel: its packages here
# are Debian's. Without $SRC/nghttp2, $SRC/llhttp, $SRC/gsl and $SRC/abseil it takes the system's.
set -eu

work=${WORK:-$(mktemp -d)}/headrace
mkdir -p "$work"
flags="-std=c++20 -I. -Iinclude"
libraries=-lnghttp2

if [ -d "${SRC:-}/gsl" ]; then flags="$flags -I$SRC/gsl/include"; fi
if [ -d "${SRC:-}/nghttp2" ]; then
  (cd "$SRC/nghttp2" && autoreconf -i && ./configure --enable-lib-only --disable-shared &&
    make -j"$(nproc)" -C lib)
  flags="$flags -I$SRC/nghttp2/lib/includes"
  libraries=$SRC/nghttp2/lib/.libs/libnghttp2.a
fi

# llhttp in strict mode, as C: Debian's package has the sources that it is generated to.
llhttp=/usr/share/llhttp
llhttp_include=/usr/share/include/llhttp
if [ -d "${SRC:-}/llhttp" ]; then
  llhttp=$SRC/llhttp/src
  llhttp_include=$SRC/llhttp/include
fi
flags="$flags -I$llhttp_include -DLLHTTP_STRICT_MODE=1"

if [ -d "${SRC:-}/abseil" ]; then
  cmake -S "$SRC/abseil" -B "$work/abseil" -DCMAKE_CXX_STANDARD=20 -DABSL_PROPAGATE_CXX_STD=ON \
    -DCMAKE_INSTALL_PREFIX="$work/installed" -DCMAKE_INSTALL_LIBDIR=lib
  cmake --build "$work/abseil" -j"$(nproc)" --target install
  export PKG_CONFIG_PATH=$work/installed/lib/pkgconfig
fi
# What the programs' parsers need of it.
abseil="absl_flags absl_flags_reflection absl_statusor absl_strings"
flags="$flags $(pkg-config --cflags $abseil)"
libraries="$libraries $(pkg-config --libs $abseil)"

# All that a fuzzer can need, in one archive: the engine, the reference codecs, what fuzzers and tests
# play conversations with, and the programs' parsers.
sources=$(find memory field hpack protocol websocket fuzz tests/reference tests/transcript tests/self_play \
  tests/frame/render.cc -name '*.cc' ! -name '*_test.cc' ! -name '*_fuzzer.cc' ! -name '*main.cc' \
  ! -name 'transcript_seeds.cc')
for parser in get/url program/command_line program/duration program/printable serve/byte_range \
  serve/document_root serve/http_date; do
  sources="$sources adapters/$parser.cc"
done
export CXX CXXFLAGS flags work
compile() {
  object=$work/${1//\//-}.o
  # shellcheck disable=SC2086  # lists of flags
  $CXX $CXXFLAGS $flags -c "$1" -o "$object"
}
export -f compile
fuzzers=$(echo fuzz/*_fuzzer.cc)
echo $sources $fuzzers | tr ' ' '\n' | xargs -P"$(nproc)" -I{} bash -euc 'compile {}'
rm -f "$work/libheadrace.a"
for part in api http llhttp; do
  # shellcheck disable=SC2086
  $CC ${CFLAGS:-} -w -I$llhttp_include -DLLHTTP_STRICT_MODE=1 -c "$llhttp/$part.c" -o "$work/llhttp-$part.o"
  ar qc "$work/libheadrace.a" "$work/llhttp-$part.o"
done
for source in $sources; do echo "$work/${source//\//-}.o"; done | xargs ar qc "$work/libheadrace.a"

# What a target of fuzz/BUILD.bazel says of one of its attributes.
attribute() {
  sed -n "/name = \"$1\",/,/^)/s/^ *$2 = \"\(.*\)\",/\1/p" fuzz/BUILD.bazel
}

for source in $fuzzers; do
  fuzzer=$(basename "$source" .cc)
  name=${fuzzer%_fuzzer}
  # shellcheck disable=SC2086
  $CXX $CXXFLAGS "$work/${source//\//-}.o" "$work/libheadrace.a" $LIB_FUZZING_ENGINE $libraries \
    -o "$OUT/$fuzzer"
  rm -f "$OUT/${fuzzer}_seed_corpus.zip"
  zip -q -j -r "$OUT/${fuzzer}_seed_corpus.zip" "fuzz/$(attribute "$name" corpus)"
  dictionary=$(attribute "$name" dictionary)
  if [ -n "$dictionary" ]; then cp "fuzz/$dictionary" "$OUT/$fuzzer.dict"; fi
done
