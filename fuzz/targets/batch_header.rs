//! Feeds `sim::decoders::batch_header` whatever libFuzzer finds.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sim::decoders::batch_header(bytes));
