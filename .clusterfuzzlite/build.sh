#!/bin/bash
# Builds every fuzzer with the compiler, flags and engine that OSS-Fuzz or ClusterFuzzLite name in the
# environment, and puts it into $OUT with its seeds and dictionary. Not with Bazel: its packages here
# are Debian's. Without $SRC/nghttp2 and $SRC/gsl it takes the system's.
set -eu

work=${WORK:-$(mktemp -d)}/headrace
mkdir -p "$work"
flags="-std=c++20 -I."
libraries=-lnghttp2

if [ -d "${SRC:-}/gsl" ]; then flags="$flags -I$SRC/gsl/include"; fi
if [ -d "${SRC:-}/nghttp2" ]; then
  (cd "$SRC/nghttp2" && autoreconf -i && ./configure --enable-lib-only --disable-shared &&
    make -j"$(nproc)" -C lib)
  flags="$flags -I$SRC/nghttp2/lib/includes"
  libraries=$SRC/nghttp2/lib/.libs/libnghttp2.a
fi

# All that a fuzzer can need, in one archive: the engine, the reference codecs, and what fuzzers and
# tests play conversations with.
sources=$(find memory field hpack protocol fuzz tests/reference tests/transcript tests/self_play \
  tests/frame/render.cc -name '*.cc' ! -name '*_test.cc' ! -name '*_fuzzer.cc' ! -name '*main.cc' \
  ! -name 'transcript_seeds.cc')
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
