//! A sample of AMLSim's, imported whole and once, with its labels beside the journal.

use crate::run::{Folder, beside};
use serde_json::json;

#[test]
fn a_sample_of_amlsims_is_imported_once_and_its_labels_lie_beside_it() {
    let Some(folder) = beside("data/amlsim/20K_cycle200") else { return };
    let at = Folder::new("amlsim");
    let line = format!("import amlsim {} --labels labels.csv", folder.display());
    let first = at.json(&line);
    assert_eq!((&first["accounts"], &first["accounts_in_cycles"]), (&json!(20_000), &json!(945)));
    assert_eq!((&first["payments"], &first["planted"]), (&json!(117_805), &json!(1_856)));
    let posted = first["posted"].as_u64().unwrap();
    assert_eq!(posted, 20_000 + 117_805 - first["left_out_paying_themselves"].as_u64().unwrap());
    let labels = at.read("labels.csv");
    assert_eq!(labels.lines().filter(|line| line.ends_with(",true")).count(), 1_856);
    assert_eq!(at.json("trial-balance")["differences"]["USD"], "0.00");
    let second = at.json(&line);
    assert_eq!((&second["posted"], &second["already_there"]), (&json!(0), &json!(posted)));
}

#[test]
fn a_wrong_line_stops_everything_and_is_named() {
    let at = Folder::new("amlsim-wrong");
    let folder = at.path("sample");
    std::fs::create_dir(&folder).unwrap();
    at.write(
        "sample/nodes.csv",
        "nodeid,isFraud,init_balance,fraudStep\n1,0,5.00,-1\n2,1,5.00,1\n",
    );
    let head = "sourceNodeId,targetNodeId,value,time";
    at.write("sample/transactions.csv", &format!("{head}\n1,2,0.29,1\n1,3,5,1\n1,2,1.005,2\n"));
    let said = at.fails(2, &format!("import amlsim {}", folder.display()));
    for wrong in ["line 3: account 3 is not in nodes.csv", "line 4: \"1.005\""] {
        assert!(said.err.contains(&format!("transactions.csv {wrong}")), "{said:?}");
    }
    at.write("sample/transactions.csv", &format!("{head}\n1,2,0.29,1\n2,1,0.29,1\n"));
    let done = at.json(&format!("import amlsim {}", folder.display()));
    assert_eq!((&done["posted"], &done["planted"]), (&json!(4), &json!(0)));
}
