//! Feeds `sim::decoders::segment_header` whatever libFuzzer finds.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sim::decoders::segment_header(bytes));
