//! What is tried with every input.

use crate::json;
use crate::random::Random;
use crate::seeds;
use nn::prelude::*;
use nn::registry::layer_from_config;
use nn::{losses, metrics, optimizers, schedules};
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Inputs of one kind, and what is done with them.
pub trait Run {
    /// An input as it is kept.
    fn make(&mut self, random: &mut Random) -> Vec<u8>;

    /// It may fail, but not panic.
    fn try_input(&mut self, input: &[u8]);
}

pub struct Target {
    pub name: &'static str,
    pub prepare: fn(&Path) -> Box<dyn Run>,
}

pub const TARGETS: &[Target] = &[
    Target {
        name: "model_file",
        prepare: |folder| Box::new(Files::new(folder)),
    },
    Target {
        name: "idx",
        prepare: |folder| Box::new(Tables::new(folder, idx_seeds(), read_idx)),
    },
    Target {
        name: "csv",
        prepare: |folder| Box::new(Tables::new(folder, csv_seeds(), read_csv)),
    },
    Target {
        name: "layers",
        prepare: |folder| Box::new(Configs::new(folder, seeds::layers(), use_layer)),
    },
    Target {
        name: "losses",
        prepare: |folder| Box::new(Configs::new(folder, seeds::losses(), use_loss)),
    },
    Target {
        name: "metrics",
        prepare: |folder| Box::new(Configs::new(folder, seeds::metrics(), use_metric)),
    },
    Target {
        name: "optimizers",
        prepare: |folder| Box::new(Configs::new(folder, seeds::optimizers(), use_optimizer)),
    },
    Target {
        name: "schedules",
        prepare: |folder| Box::new(Configs::new(folder, seeds::schedules(), use_schedule)),
    },
    Target {
        name: "einsum",
        prepare: |_| Box::new(Einsum),
    },
];

/// How many inputs could be read, and were used.
pub static USED: AtomicU64 = AtomicU64::new(0);

fn used() {
    USED.fetch_add(1, Ordering::Relaxed);
}

/// The inputs that models are tried on.
fn inputs() -> Vec<Tensor> {
    vec![
        Tensor::ones([2, 4]),
        Tensor::ones([2, 8, 8, 1]),
        Tensor::ones([2, 5, 3]),
        Tensor::zeros([2, 4]),
    ]
}

/// Calls a model, trains it for a step, saves it and loads it again.
fn use_model(mut model: Compiled<Sequential>, folder: &Path) {
    used();
    for x in inputs() {
        let Ok(y) = model.predict(&x) else { continue };
        if y.len() > 1 << 20 {
            continue;
        }
        let _ = model.train_on_batch(&x, y.zeros_like());
        let stop = EarlyStopping::new("loss").restore_best_weights(true);
        let fit = Fit::new().verbose(Verbose::Silent).callback(stop);
        let _ = model.fit((&x, y.zeros_like()), fit);
        let _ = model.evaluate((&x, y.zeros_like()));
        let _ = model.summary(Shape::new(&x.shape()[1..]));
        break;
    }
    // A model that fills the memory which this process may have cannot be loaded beside itself.
    const LARGE: usize = 1 << 22;
    let path = folder.join("saved");
    if model.count_params() < LARGE && model.save(&path).is_ok() {
        let back = match Compiled::<Sequential>::load(&path) {
            Ok(back) => back,
            Err(e) => panic!("saved, and cannot be loaded: {e}"),
        };
        assert_eq!(back.config(), model.config(), "another model came back");
    }
    let _ = model.clone_model();
}

fn compiled(model: Sequential) -> Compiled<Sequential> {
    model.compile(Compile::new(SGD::new(0.01), MeanSquaredError::new()).metric(Accuracy::new()))
}

/// Files of models.
struct Files {
    folder: PathBuf,
    saved: Vec<Vec<u8>>,
    built: Vec<Compiled<Sequential>>,
    words: Vec<String>,
}

impl Files {
    fn new(folder: &Path) -> Files {
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
            use_model(compiled(model), &self.folder);
        }
        if let Ok(model) = Compiled::<Sequential>::load(&path) {
            use_model(model, &self.folder);
        }
    }
}

/// Files of data.
struct Tables {
    folder: PathBuf,
    seeds: Vec<Vec<u8>>,
    read: fn(&Path),
}

impl Tables {
    fn new(folder: &Path, mut seeds: Vec<Vec<u8>>, read: fn(&Path)) -> Tables {
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

fn idx_seeds() -> Vec<Vec<u8>> {
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

fn read_idx(path: &Path) {
    if let Ok(tensor) = nn::datasets::idx(path) {
        used();
        let rows = tensor.reshape([tensor.len(), 1]).cast(DType::F32);
        let data = Dataset::new(&tensor, &tensor);
        if let Ok(data) = data.as_ref() {
            data.batches(2).shuffle(1).for_each(drop);
            let _ = data.split(0.5, 1);
        }
        let _ = compiled(Sequential::new().add(Dense::new(1))).predict(rows);
    }
}

fn csv_seeds() -> Vec<Vec<u8>> {
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

fn read_csv(path: &Path) {
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

/// Configurations as JSON.
struct Configs {
    folder: PathBuf,
    seeds: Vec<Value>,
    words: Vec<String>,
    try_config: fn(&Value, &Path),
}

impl Configs {
    fn new(folder: &Path, seeds: Vec<Value>, try_config: fn(&Value, &Path)) -> Configs {
        let mut words = Vec::new();
        seeds.iter().for_each(|seed| json::words(seed, &mut words));
        Configs {
            folder: folder.to_path_buf(),
            seeds,
            words,
            try_config,
        }
    }
}

impl Run for Configs {
    fn make(&mut self, random: &mut Random) -> Vec<u8> {
        let mut config = random.pick(&self.seeds).clone();
        json::change(random, &mut config, &self.words);
        config.to_string().into_bytes()
    }

    fn try_input(&mut self, input: &[u8]) {
        let config = serde_json::from_slice(input).expect("JSON");
        (self.try_config)(&config, &self.folder);
    }
}

fn use_layer(config: &Value, folder: &Path) {
    let sequential =
        serde_json::json!({"class_name": "Sequential", "config": {"layers": [config]}});
    if layer_from_config(config).is_ok()
        && let Ok(model) = Sequential::from_config(&sequential)
    {
        use_model(compiled(model), folder);
    }
}

/// Targets and predictions of several shapes and types.
fn pairs() -> Vec<(Tensor, Tensor)> {
    let p = Tensor::from([[0.25_f32, 0.75], [0.5, 0.5]]);
    vec![
        (Tensor::from([[0.0_f32, 1.0], [1.0, 0.0]]), p.clone()),
        (Tensor::from([0_i64, 1]), p.clone()),
        (Tensor::from([[0_i64], [1]]), p.clone()),
        (Tensor::zeros([0, 2]), Tensor::zeros([0, 2])),
        (p.clone(), Tensor::zeros([2, 2])),
        (Tensor::ones([2, 1]), Tensor::full([2, 1], f32::NAN)),
    ]
}

fn use_loss(config: &Value, folder: &Path) {
    let Ok(loss) = losses::from_config(config) else {
        return;
    };
    for (y, p) in pairs() {
        let _ = loss.call(&y, &p).to_f64();
        let weights = Tensor::ones([p.shape()[0]]);
        let _ = loss.weighted(&y, &p, Some(&weights)).to_f64();
    }
    let again = losses::from_config(&loss.config()).expect("its own configuration");
    assert_eq!(again.config(), loss.config());
    struct Boxed(Box<dyn Loss>);
    impl Loss for Boxed {
        fn name(&self) -> &str {
            self.0.name()
        }
        fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
            self.0.losses(y_true, y_pred)
        }
        fn config(&self) -> Value {
            self.0.config()
        }
    }
    let model = Sequential::new().add(Dense::new(2));
    use_model(
        model.compile(Compile::new(SGD::new(0.01), Boxed(loss))),
        folder,
    );
}

fn use_metric(config: &Value, _: &Path) {
    let Ok(mut metric) = metrics::from_config(config) else {
        return;
    };
    used();
    for (y, p) in pairs() {
        let _ = metric.update(&y, &p, None);
        let _ = metric.update(&y, &p, Some(&Tensor::ones([p.shape()[0]])));
        let _ = metric.result();
    }
    metric.reset();
    let _ = metric.boxed_clone().result();
    let again = metrics::from_config(&metric.config()).expect("its own configuration");
    assert_eq!(again.config(), metric.config());
}

fn use_optimizer(config: &Value, folder: &Path) {
    let Ok(mut optimizer) = optimizers::from_config(config) else {
        return;
    };
    let model = Sequential::new().add(Dense::new(2));
    model.build([4]).expect("a model");
    for _ in 0..3 {
        let tape = GradientTape::new();
        let loss = model.call(Tensor::ones([2, 4]), true).square().mean();
        let gradients = tape.gradient(&loss, &model).expect("gradients");
        let _ = optimizer.apply(&model, &gradients);
    }
    let _ = optimizer.learning_rate();
    let state = optimizer.state(&model.parameters());
    let mut again = optimizers::from_config(&optimizer.config()).expect("its own configuration");
    let _ = again.load_state(&model.parameters(), &state);
    assert_eq!(again.config(), optimizer.config());
    use_model(
        model.compile(Compile::new(optimizer, MeanSquaredError::new())),
        folder,
    );
}

fn use_schedule(config: &Value, _: &Path) {
    let Ok(schedule) = schedules::from_config(config) else {
        return;
    };
    used();
    for step in [0, 1, 7, 1_000_000, 1 << 53, u64::MAX] {
        let _ = schedule.at(step);
    }
    let again = schedules::from_config(&schedule.config()).expect("its own configuration");
    assert_eq!(again.config(), schedule.config());
}

struct Einsum;

impl Run for Einsum {
    fn make(&mut self, random: &mut Random) -> Vec<u8> {
        let seeds = [
            "ij,jk->ik",
            "bij,bjk->bik",
            "ii->i",
            "...i,...i->...",
            "ij->ji",
            "i,j->ij",
            "abc->",
            "ij,kj",
        ];
        let mut spec = random.pick(&seeds).as_bytes().to_vec();
        random.change(
            &mut spec,
            &[b"->", b",", b"...", b"i", b"zz", b" ", "ß".as_bytes()],
        );
        spec
    }

    fn try_input(&mut self, input: &[u8]) {
        let Ok(spec) = std::str::from_utf8(input) else {
            return;
        };
        let tensors = [
            Tensor::ones([2, 3]),
            Tensor::ones([3, 2]),
            Tensor::ones([2, 2, 3]),
            Tensor::ones([0, 3]),
            Tensor::ones([2]),
            Tensor::ones([2, 2]),
        ];
        for a in &tensors {
            let one = nn::einsum(spec, [a]).into_result().is_ok();
            let two = |b: &Tensor| nn::einsum(spec, [a, b]).into_result().is_ok();
            if tensors.iter().filter(|b| two(b)).count() > 0 || one {
                used();
            }
        }
    }
}
