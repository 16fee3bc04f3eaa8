//! Every test that `docs/promises.md` names is there.

use std::path::Path;

#[test]
fn each_promise_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/promises.md")).unwrap();
    let mut promises = 0;
    for line in text
        .lines()
        .filter(|l| l.starts_with("| ") && l.contains('`'))
    {
        let held_by = line.rsplit(" | ").next().unwrap();
        let names = held_by.split('`').skip(1).step_by(2);
        let mut file = None;
        for name in names {
            if name.contains('/') {
                let path = root.join(name);
                let read = std::fs::read_to_string(&path);
                file = Some(read.unwrap_or_else(|e| panic!("{}: {e}", path.display())));
            } else if name != "cargo test" && !name.starts_with("NN_") {
                let source = file.as_ref().expect("a file before its tests");
                assert!(source.contains(&format!("fn {name}(")), "{name}: {line}");
            }
        }
        assert!(file.is_some(), "no test: {line}");
        promises += 1;
    }
    assert!(promises >= 15, "only {promises} promises were found");
}
