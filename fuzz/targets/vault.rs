//! Feeds `sim::decoders::vault_slots` whatever libFuzzer finds.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sim::decoders::vault_slots(bytes));
