//! Reading the reference cases of `tests/golden` (its README says what is in them).

// Every test uses its part of this.
#![allow(dead_code)]

use nn_core::Tensor;
use safetensors::{Dtype, SafeTensors};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One case: its description and its tensors.
pub struct Case {
    pub file: String,
    pub name: String,
    pub description: Value,
    tensors: BTreeMap<String, Tensor>,
}

fn folder() -> PathBuf {
    // The root package's tests read the same files.
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = [here.join("tests/golden"), here.join("../tests/golden")];
    places
        .into_iter()
        .find(|p| p.is_dir())
        .expect("the folder of reference cases")
}

/// All cases of all files of a folder, or of the one file of that name.
pub fn cases(subject: &str) -> Vec<Case> {
    let single = folder().join(format!("{subject}.safetensors"));
    let mut files = match single.exists() {
        true => vec![single],
        false => {
            let listing =
                std::fs::read_dir(folder().join(subject)).expect("the folder of reference cases");
            let paths = listing.map(|entry| entry.expect("a readable folder").path());
            paths
                .filter(|p| p.extension().is_some_and(|e| e == "safetensors"))
                .collect()
        }
    };
    files.sort();
    let all: Vec<Case> = files.iter().flat_map(|path| read(path)).collect();
    assert!(!all.is_empty(), "no reference cases of {subject}");
    all
}

fn read(path: &Path) -> Vec<Case> {
    let bytes = std::fs::read(path).expect("a readable file");
    let tensors = SafeTensors::deserialize(&bytes).expect("a safetensors file");
    let (_, header) = SafeTensors::read_metadata(&bytes).expect("a safetensors header");
    let descriptions = header
        .metadata()
        .clone()
        .expect("a description of every case");
    let mut cases: Vec<Case> = descriptions
        .iter()
        .map(|(name, description)| {
            let prefix = format!("{name}/");
            let own = tensors.iter().filter_map(|(key, view)| {
                let dims = view.shape().to_vec();
                let words = || {
                    view.data()
                        .chunks_exact(4)
                        .map(|b| <[u8; 4]>::try_from(b).expect("four bytes"))
                };
                let tensor = match view.dtype() {
                    Dtype::F32 => Tensor::from_vec(words().map(f32::from_le_bytes).collect(), dims),
                    Dtype::I32 => Tensor::from_vec(
                        words().map(|w| i64::from(i32::from_le_bytes(w))).collect(),
                        dims,
                    ),
                    other => panic!("{key} is {other:?}"),
                };
                Some((key.strip_prefix(&prefix)?.to_string(), tensor))
            });
            Case {
                file: path
                    .file_stem()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned(),
                name: name.clone(),
                description: serde_json::from_str(description).expect("a description in JSON"),
                tensors: own.collect(),
            }
        })
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

impl Case {
    /// `file/case`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.file, self.name)
    }

    pub fn get(&self, what: &str) -> Option<&Tensor> {
        self.tensors.get(what)
    }

    #[track_caller]
    pub fn tensor(&self, what: &str) -> &Tensor {
        self.get(what)
            .unwrap_or_else(|| panic!("{} has no {what}", self.path()))
    }

    /// Names of the tensors that begin with `prefix`, without it.
    pub fn names<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.tensors
            .keys()
            .filter_map(move |name| name.strip_prefix(prefix))
    }
}

/// How far the worst element is off, in units of `tolerance · (1 + |expected|)`; infinite if shapes differ or one is not a number.
pub fn worst(actual: &Tensor, expected: &Tensor, tolerance: f64) -> f64 {
    let values = |t: &Tensor| t.cast(nn_core::DType::F64).to_vec::<f64>();
    let (Ok(a), Ok(b)) = (values(actual), values(expected)) else {
        return f64::INFINITY;
    };
    if actual.shape() != expected.shape() {
        return f64::INFINITY;
    }
    let off = a
        .iter()
        .zip(&b)
        .map(|(a, b)| (a - b).abs() / (tolerance * (1.0 + b.abs())));
    off.fold(0.0, |worst, off| {
        if off <= worst {
            worst
        } else if off.is_nan() {
            f64::INFINITY
        } else {
            off
        }
    })
}

/// Fails with all complaints at once, after checking that what is `excused` exists and could not pass.
pub fn finish(
    subject: &str,
    checked: usize,
    complaints: &[String],
    excused: &[(&str, &str)],
    cases: &[Case],
) {
    for (path, reason) in excused {
        assert!(!reason.is_empty());
        assert!(
            cases.iter().any(|c| c.path() == *path),
            "there is no case {path} to excuse"
        );
    }
    assert!(
        complaints.is_empty(),
        "{} of {} cases of {subject} are off:\n{}",
        complaints.len(),
        cases.len(),
        complaints.join("\n")
    );
    assert_eq!(
        checked + excused.len(),
        cases.len(),
        "some cases of {subject} were not checked"
    );
    println!(
        "{subject}: {checked} cases agree, {} are left out",
        excused.len()
    );
}
