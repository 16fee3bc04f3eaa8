//! Files of models and of data.

use crate::json;
use crate::layers::{compiled, use_model};
use crate::random::Random;
use crate::seeds;
use crate::targets::{Run, used};
use nn::prelude::*;

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The inputs that models are tried on.
fn inputs() -> Vec<Tensor> {
    vec![
        Tensor::ones([2, 4]),
        Tensor::ones([2, 8, 8, 1]),
        Tensor::ones([2, 5, 3]),
        Tensor::zeros([2, 4]),
    ]
}

/// Files of models.
pub struct Files {
    folder: PathBuf,
    saved: Vec<Vec<u8>>,
    built: Vec<Compiled<Sequential>>,
    words: Vec<String>,
}

impl Files {
    pub fn new(folder: &Path) -> Files {
        let (path, mut built) = (folder.join("model"), seeds::models());
        let read = || std::fs::read(&path).expect("the file");
        let mut saved = Vec::new();
        for model in &built {
            model.save(&path).expect("a file");
            saved.push(read());
        }
        // In the middle of an epoch, with callbacks that know something.
        let nested = built.last_mut().expect("models");
        let save = ModelCheckpoint::new(path.to_str().expect("a text"));
        let stop = EarlyStopping::new("loss").restore_best_weights(true);
        let fit = Fit::new().verbose(Verbose::Silent).callback(save);
        let data = (Tensor::ones([40, 4]), Tensor::zeros([40, 2]));
        nested.fit(data, fit.callback(stop)).expect("a training");
        saved.push(read());
        let mut words = Vec::new();
        built
            .iter()
            .for_each(|m| json::words(&m.config(), &mut words));
        Files {
            folder: folder.to_path_buf(),
            saved,
            built,
            words,
        }
    }

    /// A file whose header is changed and fits its bytes again, as one that somebody wrote would.
    fn with_header(&self, random: &mut Random, saved: &[u8]) -> Option<Vec<u8>> {
        let (n, metadata) = safetensors::SafeTensors::read_metadata(saved).ok()?;
        let text = &metadata.metadata().as_ref()?["nn"];
        let mut header: Value = serde_json::from_str(text).ok()?;
        json::change(random, &mut header, &self.words);
        let mut outer: Value = serde_json::from_slice(&saved[8..8 + n]).ok()?;
        if random.one_in(3) {
            json::change(random, &mut outer, &self.words);
        }
        let metadata = serde_json::json!({"nn": header.to_string()});
        outer
            .as_object_mut()?
            .insert("__metadata__".to_string(), metadata);
        let outer = outer.to_string();
        let mut bytes = (outer.len() as u64).to_le_bytes().to_vec();
        bytes.extend(outer.bytes());
        bytes.extend(&saved[8 + n..]);
        Some(bytes)
    }
}

impl Run for Files {
    fn make(&mut self, random: &mut Random) -> Vec<u8> {
        let saved = random.pick(&self.saved).clone();
        if random.one_in(3) {
            let words: Vec<&[u8]> = self.words.iter().map(|w| w.as_bytes()).collect();
            let mut bytes = saved;
            random.change(&mut bytes, &words);
            return bytes;
        }
        self.with_header(random, &saved).unwrap_or(saved)
    }

    fn try_input(&mut self, input: &[u8]) {
        let path = self.folder.join("model");
        std::fs::write(&path, input).expect("room");
        for model in &self.built {
            let _ = model.load_weights(&path);
            let _ = model.load_weights_partial(&path);
        }
        if let Ok(model) = Sequential::load_model(&path) {
            use_model(compiled(model), &inputs(), &self.folder);
        }
        if let Ok(model) = Compiled::<Sequential>::load(&path) {
            use_model(model, &inputs(), &self.folder);
        }
    }
}

/// Files of data.
pub struct Tables {
    folder: PathBuf,
    seeds: Vec<Vec<u8>>,
    read: fn(&Path),
}

impl Tables {
    pub fn new(folder: &Path, mut seeds: Vec<Vec<u8>>, read: fn(&Path)) -> Tables {
        let packed: Vec<Vec<u8>> = seeds.iter().map(|seed| gzip(seed)).collect();
        seeds.push([packed[0].as_slice(), &packed[1]].concat());
        seeds.extend(packed);
        Tables {
            folder: folder.to_path_buf(),
            seeds,
            read,
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

impl Run for Tables {
    fn make(&mut self, random: &mut Random) -> Vec<u8> {
        let words: [&[u8]; 14] = [
            b"1e400",
            b"nan",
            b"-inf",
            b"\"",
            b",",
            b"\n",
            b"\r\n",
            b"1e39",
            b"16777217",
            b"9007199254740993",
            b"\x1f\x8b\x08",
            b"\xff\xff\xff\xff",
            b"\0\0\x08\x04",
            b"y",
        ];
        let mut bytes = random.pick(&self.seeds).clone();
        random.change(&mut bytes, &words);
        match random.one_in(4) {
            true => gzip(&bytes),
            false => bytes,
        }
    }

    fn try_input(&mut self, input: &[u8]) {
        let path = self.folder.join("data");
        std::fs::write(&path, input).expect("room");
        (self.read)(&path);
    }
}

pub fn idx_seeds() -> Vec<Vec<u8>> {
    let file = |code: u8, dims: &[u32], size: usize| {
        let mut bytes = vec![0, 0, code, dims.len() as u8];
        dims.iter().for_each(|d| bytes.extend(d.to_be_bytes()));
        let n = dims.iter().product::<u32>() as usize * size;
        bytes.extend((0..n).map(|i| i as u8));
        bytes
    };
    vec![
        file(0x08, &[3, 2, 2], 1),
        file(0x09, &[4], 1),
        file(0x0B, &[2, 2], 2),
        file(0x0C, &[2, 3], 4),
        file(0x0D, &[5], 4),
        file(0x0E, &[1, 1, 2], 8),
        file(0x08, &[0, 7], 1),
    ]
}

pub fn read_idx(path: &Path) {
    if let Ok(tensor) = nn::datasets::idx(path) {
        used();
        let rows = tensor.reshape([tensor.num_elements(), 1]).cast(DType::F32);
        let data = Dataset::new(&tensor, &tensor);
        if let Ok(data) = data.as_ref() {
            data.batches(2).shuffle(1).for_each(drop);
            let _ = data.split(0.5, 1);
        }
        let _ = compiled(Sequential::new().add(Dense::new(1))).predict(rows);
    }
}

pub fn csv_seeds() -> Vec<Vec<u8>> {
    [
        "a,b,y\n1,2,3\n4,5,6\n",
        "y;a\n1.5;-2e-3\n0.1;7\n",
        "a,y\n\"1\",2\r\n 3 , 4\n",
        "t,y\n1700000001,1\n1700000011,2\n",
        "1,2\n3,4\n",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

pub fn read_csv(path: &Path) {
    use nn::datasets::Csv;
    for csv in [
        Csv::new(),
        Csv::new().target("y").standardize(true),
        Csv::new().header(false).target("1").standardize(true),
        Csv::new().delimiter(b';').target("y"),
    ] {
        if let Ok(data) = csv.read(path) {
            used();
            assert!(
                data.x().is_finite_everywhere(),
                "a number that is none was read"
            );
            let _ = compiled(Sequential::new().add(Dense::new(1))).evaluate(data);
        }
    }
}
