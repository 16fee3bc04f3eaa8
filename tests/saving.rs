//! What is saved can be loaded, and a save destroys nothing.

mod common;

use common::{Mlp, bits, classify, folder, quiet};
use nn::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// An empty folder of its own.
fn empty(name: &str) -> PathBuf {
    let folder = folder(name);
    fs::remove_dir_all(&folder).unwrap();
    fs::create_dir(&folder).unwrap();
    folder
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<String> = entries
        .map(|e| e.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn built() -> Mlp {
    let model = Mlp::new(3, 2);
    model.build([4]).unwrap();
    model
}

fn says<T>(result: nn::Result<T>, parts: &[&str]) {
    let error = result.err().expect("an error").to_string();
    for part in parts {
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
}

/// Changes the metadata of a file and writes it as another program would, without checksums.
fn rewrite(path: &Path, change: impl Fn(&str) -> String) {
    let bytes = fs::read(path).unwrap();
    let (_, metadata) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let header = change(&metadata.metadata().as_ref().unwrap()["nn"]);
    let metadata = HashMap::from([("nn".to_string(), header)]);
    let bytes = safetensors::serialize(file.tensors(), &Some(metadata)).unwrap();
    fs::write(path, bytes).unwrap();
}

#[derive(Layer)]
struct Fill {
    #[config]
    value: f64,
    #[config]
    limit: Option<f64>,
    #[config]
    pair: (f32, Vec<f64>),
}

#[model]
impl Fill {
    fn call(&self, x: Tensor) -> Tensor {
        x.maximum(self.value)
    }
}

#[model]
struct Net {
    fill: Fill,
    d: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.d(self.fill(x))
    }
}

#[test]
fn infinities_in_settings_come_back() {
    let path = empty("infinities").join("m");
    const INF: f64 = f64::INFINITY;
    let net = Net {
        fill: Fill {
            value: -INF,
            limit: Some(INF),
            pair: (f32::NEG_INFINITY, vec![INF, 0.5]),
        },
        d: Dense::new(1).kernel_constraint(Constraint::MaxNorm {
            max_value: f64::INFINITY,
            axis: 0.into(),
        }),
    };
    net.d.build([2]).unwrap();
    net.d.kernel().set_value(&Tensor::ones([2, 1])).unwrap();
    net.save_model(&path).unwrap();
    let back = Net::load_model(&path).unwrap();
    assert_eq!(back.fill.value, -INF);
    assert_eq!(back.fill.limit, Some(INF));
    assert_eq!(back.fill.pair, (f32::NEG_INFINITY, vec![INF, 0.5]));
    assert_eq!(back.config(), net.config());
    let copy = net.clone_model();
    assert_eq!(copy.fill.limit, Some(INF));

    let mut model = Sequential::new().add(Dense::new(1)).compile(
        Compile::new(SGD::new(0.1), Huber::new().delta(INF))
            .metric(Precision::new().threshold(INF)),
    );
    let _ = model.predict(Tensor::ones([1, 2])).unwrap();
    model.save(&path).unwrap();
    let mut back = Compiled::<Sequential>::load(&path).unwrap();
    let config = back.optimizer().config();
    assert_eq!(config, model.optimizer().config());
}

#[test]
fn a_number_comes_back_with_every_bit() {
    let path = empty("every_bit").join("m");
    let mut rate = 0.1_f64;
    for _ in 0..2000 {
        rate = (rate * 1.618_033_988_7).fract() + 1e-3;
        let mut model = built().compile(Compile::new(SGD::new(rate), MeanSquaredError::new()));
        model.save(&path).unwrap();
        let mut back = Compiled::<Mlp>::load(&path).unwrap();
        let found = back.optimizer().learning_rate();
        assert_eq!(found.to_bits(), model.optimizer().learning_rate().to_bits());
    }
}

#[derive(Layer)]
struct Table {
    #[config]
    entries: HashMap<(i32, i32), f32>,
    #[config]
    optional: Option<BTreeMap<(i32, i32), f32>>,
}

#[model]
impl Table {
    fn call(&self, x: Tensor) -> Tensor {
        x
    }
}

/// Reads what it writes as something else.
#[derive(serde::Serialize, serde::Deserialize, Clone, Copy, Debug)]
struct Lossy {
    #[serde(skip_deserializing)]
    value: i64,
}

#[derive(Layer)]
struct Forgets {
    #[config]
    lossy: Lossy,
}

#[model]
impl Forgets {
    fn call(&self, x: Tensor) -> Tensor {
        x
    }
}

#[model]
struct Named {
    layers: BTreeMap<String, BTreeMap<String, Dense>>,
}

#[model]
impl Named {
    fn call(&self, x: Tensor) -> Tensor {
        let layers = self.layers.values().flat_map(BTreeMap::values);
        layers.fold(x, |x, layer| layer.forward(x))
    }
}

#[test]
fn what_could_not_be_loaded_is_refused_and_the_old_file_stays() {
    let path = empty("refused").join("m");
    built().save_model(&path).unwrap();
    let before = fs::read(&path).unwrap();
    let dense = |name: &str| BTreeMap::from([(name.to_string(), Dense::new(2))]);
    let entries = HashMap::from([((1, 2), 3.0)]);
    let table = |entries, optional| Sequential::new().add(Table { entries, optional });
    says(
        table(entries, None).save_model(&path),
        &[
            "nothing was saved",
            "Table.entries",
            "key must be a string",
            "`Vec` of pairs",
        ],
    );
    let optional = Some(BTreeMap::from([((1, 2), 3.0)]));
    says(
        table(HashMap::new(), optional).save_model(&path),
        &["nothing was saved", "Table.optional"],
    );
    let forgets = Sequential::new().add(Forgets {
        lossy: Lossy { value: 3 },
    });
    says(
        forgets.save_model(&path),
        &["nothing was saved", "lossy.value` is 3", "come back as 0"],
    );
    let twice = Named {
        layers: BTreeMap::from([("a".into(), dense("b.c")), ("a.b".into(), dense("c"))]),
    };
    twice.build([2]).unwrap();
    says(
        twice.save_model(&path),
        &[
            "nothing was saved",
            "two parameters have the path `layers.a.b.c.kernel`",
        ],
    );
    #[model]
    struct Slots {
        map: BTreeMap<String, Dense>,
    }
    #[model]
    impl Slots {
        fn call(&self, x: Tensor) -> Tensor {
            self.map.values().fold(x, |x, layer| layer.forward(x))
        }
    }
    for name in ["optimizer/momentum/x", "optimizer/"] {
        let slots = Slots { map: dense(name) };
        slots.build([2]).unwrap();
        // Below a field's name it is no name of the optimizer's.
        slots.save_model(path.with_extension("other")).unwrap();
        fs::remove_file(path.with_extension("other")).unwrap();
    }
    #[derive(Layer)]
    struct Generic<T: nn::config::ConfigValue + Send + Sync + 'static> {
        #[config]
        value: T,
    }
    #[model]
    impl<T: nn::config::ConfigValue + Send + Sync + 'static> Generic<T> {
        fn call(&self, x: Tensor) -> Tensor {
            x
        }
    }
    let generic = Sequential::new().add(Generic { value: 3_i64 });
    says(
        generic.save_model(&path),
        &["nothing was saved", "no layer is called Generic"],
    );
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(files(path.parent().unwrap()), ["m"]);
}

#[test]
fn nesting_of_a_thousand_levels_is_loaded_and_more_is_refused() {
    let path = empty("nesting").join("m");
    let nested = |n: usize| {
        let first = Sequential::new().add(Dense::new(4));
        (0..n).fold(first, |inner, _| Sequential::new().add(inner))
    };
    for n in [41, 300] {
        let model = nested(n);
        model.build([3]).unwrap();
        model.save_model(&path).unwrap();
        let back = Sequential::load_model(&path).unwrap();
        assert!(bits(&back) == bits(&model));
        assert_eq!(back.forward(Tensor::ones([2, 3])).shape(), [2, 4]);
        back.save_model(&path).unwrap();
    }
    let before = fs::read(&path).unwrap();
    let model = nested(340);
    model.build([3]).unwrap();
    says(
        model.save_model(&path),
        &["nothing was saved", "levels deep", "1000 are the most"],
    );
    says(
        nested(1_001).save_model(&path),
        &["nothing was saved", "nested more than 500 levels deep"],
    );
    assert_eq!(fs::read(&path).unwrap(), before);
    rewrite(&path, |text| {
        text.replacen(
            "\"class_name\"",
            &format!(
                "\"x\":{}1{},\"class_name\"",
                "[".repeat(100_000),
                "]".repeat(100_000)
            ),
            1,
        )
    });
    says(Sequential::load_model(&path), &["levels deep", "m"]);
}

#[test]
fn a_file_of_a_newer_version_says_so_whatever_its_header_says() {
    let path = empty("version").join("m");
    let model = built();
    for header in [
        r#"{"format_version":2}"#.to_string(),
        r#"{"format_version":3,"model":7,"frozen":{},"more":[1,2]}"#.to_string(),
        r#"{"format_version":"2.1","model":{}}"#.to_string(),
        format!(
            r#"{{"x":{}{},"format_version":9}}"#,
            "[".repeat(5000),
            "]".repeat(5000)
        ),
    ] {
        model.save_model(&path).unwrap();
        rewrite(&path, |_| header.clone());
        for error in [
            Mlp::load_model(&path).err(),
            model.load_weights(&path).err(),
        ] {
            let error = error.expect("a newer version").to_string();
            assert!(
                error.contains("format version") && error.contains("update it"),
                "{error}"
            );
        }
    }
    // With tensors of a type that is not known here.
    let inner = serde_json::json!({"nn": r#"{"format_version":2}"#});
    let outer = serde_json::json!({"__metadata__": inner, "w": {"dtype": "F3", "shape": [1], "data_offsets": [0, 1]}});
    let text = outer.to_string();
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend(text.bytes());
    bytes.push(0);
    fs::write(&path, bytes).unwrap();
    says(Mlp::load_model(&path), &["format version 2"]);
}

#[test]
fn counts_that_could_not_be_read_again_are_not_written() {
    let path = empty("counts").join("m");
    let mut model = built().compile(classify());
    let (x, y) = (Tensor::ones([2, 4]), Tensor::from(vec![0_i64, 1]));
    model.train_on_batch(&x, &y).unwrap();
    for count in ["epoch", "step"] {
        model.save(&path).unwrap();
        rewrite(&path, |text| {
            let mut header: serde_json::Value = serde_json::from_str(text).unwrap();
            header["training"][count] = (1_u64 << 53).into();
            header.to_string()
        });
        let before = fs::read(&path).unwrap();
        let mut last = Compiled::<Mlp>::load(&path).unwrap();
        last.fit((&x, &y), quiet().epochs(1)).unwrap();
        let error = last.save(&path).unwrap_err().to_string();
        assert!(
            error.contains(&format!("`{count}` is 9007199254740993")),
            "{error}"
        );
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}

#[test]
fn a_changed_byte_is_found_and_the_tensor_named() {
    let path = empty("checksums").join("m");
    let mut model = built().compile(classify());
    let y = Tensor::from(vec![0_i64, 1]);
    model.train_on_batch(Tensor::ones([2, 4]), &y).unwrap();
    model.save(&path).unwrap();
    let whole = fs::read(&path).unwrap();
    assert!(Compiled::<Mlp>::load(&path).is_ok());
    let header = 8 + u64::from_le_bytes(whole[..8].try_into().unwrap()) as usize;
    let names: Vec<String> = model
        .parameters()
        .iter()
        .map(|p| p.path().to_string())
        .collect();
    let fresh = built();
    let before = bits(&fresh);
    for i in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[i] ^= 1 << (i % 8);
        fs::write(&path, &damaged).unwrap();
        let error = Compiled::<Mlp>::load(&path).err();
        if i >= header {
            let error = error.expect("a changed byte of the data").to_string();
            assert!(error.contains("is not what was saved"), "{error}");
            assert!(
                names.iter().any(|n| error.contains(n.as_str()))
                    || error.contains("optimizer/iterations"),
                "{error}"
            );
            assert!(fresh.load_weights(&path).is_err());
            assert!(fresh.load_weights_partial(&path).is_err());
        } else {
            assert!(error.is_some(), "a changed byte of the header, {i}");
        }
    }
    assert!(bits(&fresh) == before);
    // Another program that changes a weight leaves the checksums out.
    fs::write(&path, &whole).unwrap();
    rewrite(&path, |text| text.to_string());
    assert!(Compiled::<Mlp>::load(&path).is_ok());
}

#[test]
fn weights_need_a_model_with_shapes() {
    let path = empty("unbuilt").join("m");
    built().save_model(&path).unwrap();
    let unbuilt = Mlp::new(5, 2);
    says(unbuilt.load_weights(&path), &["hidden.kernel", "build"]);
    says(unbuilt.load_weights_partial(&path), &["build"]);
    assert!(unbuilt.parameters().iter().all(|p| !p.is_built()));
}

/// One of whose layers only a setting calls.
#[model]
struct Branches {
    deep: Dense,
    head: Dense,
    #[config]
    is_deep: bool,
}

#[model]
impl Branches {
    fn call(&self, x: Tensor) -> Tensor {
        match self.is_deep {
            true => self.head(self.deep(x)),
            false => self.head(x),
        }
    }
}

#[test]
fn a_layer_that_no_call_reaches_is_saved_as_what_it_is() {
    let path = empty("branches").join("m");
    let branches = |is_deep| Branches {
        deep: Dense::new(3),
        head: Dense::new(2),
        is_deep,
    };
    let (x, y) = (Tensor::random_uniform([4, 3]), Tensor::zeros([4, 2]));
    let compile = || Compile::new(Adam::new(0.1), MeanSquaredError::new());
    let mut shallow = branches(false).compile(compile());
    says(
        shallow.save(&path),
        &["head.kernel", "build"].map(|_| "has no value yet"),
    );
    shallow.fit((&x, &y), quiet()).unwrap();
    shallow.save(&path).unwrap();
    let mut loaded = Compiled::<Branches>::load(&path).unwrap();
    let unbuilt: Vec<String> = loaded
        .parameters()
        .iter()
        .filter(|p| !p.is_built())
        .map(|p| p.path().to_string())
        .collect();
    assert_eq!(unbuilt, ["deep.kernel", "deep.bias"]);
    for model in [&mut shallow, &mut loaded] {
        model.fit((&x, &y), quiet()).unwrap();
    }
    let numbers = |t: Tensor| t.to_vec::<f32>().unwrap();
    let of = |model: &Compiled<Branches>| numbers(model.predict(&x).unwrap());
    assert_eq!(of(&shallow), of(&loaded));
    // Weights go into another of the same branch, and into no model that has what the file does not.
    let other = branches(false);
    other.build([3]).unwrap();
    other.load_weights(&path).unwrap();
    let saved = Compiled::<Branches>::load(&path).unwrap();
    assert_eq!(numbers(other.forward(&x)), of(&saved));
    let deep = branches(true);
    deep.build([3]).unwrap();
    says(
        deep.load_weights(&path),
        &["deep.kernel", "not in the file"],
    );
}

#[test]
fn a_parameter_of_a_foreign_shape_is_an_error_of_the_call_and_no_panic() {
    fn check<L: Layer<Input = Tensor, Output = Tensor>>(layer: impl Fn() -> L, input: &[usize]) {
        let x = Tensor::ones(input.to_vec());
        let count = {
            let layer = layer();
            let _ = layer.forward(&x).into_result().unwrap();
            layer.parameters().len()
        };
        for i in 0..count {
            for shape in [&[][..], &[7], &[0], &[2, 3], &[1, 1, 1], &[3, 3, 1, 2, 2]] {
                let layer = layer();
                let value = Tensor::ones(shape.to_vec());
                layer.parameters()[i].set_value(&value).unwrap();
                assert!(
                    layer.forward(&x).into_result().is_err(),
                    "{:?}: {shape:?}",
                    layer.class_name()
                );
                assert!(layer.call(&x, true).into_result().is_err());
                assert!(layer.build(Shape::new(&input[1..])).is_err());
            }
        }
    }
    check(|| Dense::new(4), &[2, 5]);
    check(|| Conv2D::new(3, 3), &[2, 8, 8, 2]);
    check(|| Conv2D::new(4, 3).groups(2), &[2, 8, 8, 2]);
    check(|| LSTM::new(4), &[2, 3, 5]);
    check(|| GRU::new(4), &[2, 3, 5]);
    check(|| GRU::new(4).reset_after(false), &[2, 3, 5]);
    check(|| SimpleRNN::new(4).recurrent_dropout(0.5), &[2, 3, 5]);
    check(BatchNormalization::new, &[2, 5]);
    check(LayerNormalization::new, &[2, 5]);
    check(PReLU::new, &[2, 5]);
    check(|| Embedding::new(4, 4), &[2, 5]);
}

#[test]
#[cfg(unix)]
fn links_modes_devices_pipes_and_folders() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    let folder = empty("links");
    let (model, at) = (built(), |name: &str| folder.join(name));
    fs::create_dir(at("inner")).unwrap();
    // Through links, one of which leads nowhere yet and one to a folder beside it.
    symlink("inner/target", at("link")).unwrap();
    symlink("link", at("link2")).unwrap();
    model.save_model(at("link2")).unwrap();
    model.save_model(at("link")).unwrap();
    assert!(fs::symlink_metadata(at("link")).unwrap().is_symlink());
    assert!(fs::symlink_metadata(at("link2")).unwrap().is_symlink());
    assert!(Mlp::load_model(at("inner/target")).is_ok());
    assert_eq!(files(&at("inner")), ["target"]);
    symlink("loop", at("loop")).unwrap();
    says(model.save_model(at("loop")), &["nothing was saved"]);
    // The mode stays.
    for mode in [0o600, 0o640, 0o444, 0o755] {
        fs::set_permissions(at("inner/target"), fs::Permissions::from_mode(mode)).unwrap();
        model.save_model(at("link")).unwrap();
        let found = fs::metadata(at("inner/target"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(found & 0o7777, mode);
    }
    // What is no file stays what it is.
    says(
        model.save_model(at("inner")),
        &["nothing was saved", "is a folder"],
    );
    says(
        model.save_model("/dev/null"),
        &["nothing was saved", "a device"],
    );
    assert!(
        fs::metadata("/dev/null")
            .unwrap()
            .file_type()
            .is_char_device()
    );
    let pipe = at("pipe");
    let made = std::process::Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .unwrap();
    assert!(made.success());
    says(model.save_model(&pipe), &["nothing was saved", "a pipe"]);
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    symlink("/dev/null", at("null")).unwrap();
    says(model.save_model(at("null")), &["a device"]);
    // Nor is one read, which might never end.
    for path in [pipe.as_path(), Path::new("/dev/zero"), &at("inner")] {
        says(Mlp::load_model(path), &["not a file"]);
        says(model.load_weights(path), &["not a file"]);
    }
    assert_eq!(
        files(&folder),
        ["inner", "link", "link2", "loop", "null", "pipe"]
    );
}

#[test]
fn two_who_save_to_one_path_leave_one_whole_file() {
    let folder = empty("two_savers");
    let path = folder.join("both");
    let model = |k: f32| {
        let model = Sequential::new().add(Dense::new(64)).add(Dense::new(10));
        model.build([200]).unwrap();
        for p in model.parameters() {
            p.set_value(&Tensor::full(p.shape(), k)).unwrap();
        }
        model
    };
    model(0.0).save_model(&path).unwrap();
    let end = Instant::now() + Duration::from_secs(2);
    std::thread::scope(|scope| {
        for k in [0.0, 1.0, 2.0] {
            let path = &path;
            scope.spawn(move || {
                let model = model(k);
                while Instant::now() < end {
                    model.save_model(path).unwrap();
                }
            });
        }
        scope.spawn(|| {
            while Instant::now() < end {
                let found = bits(&Sequential::load_model(&path).unwrap());
                assert!(
                    found.iter().all(|b| *b == found[0]),
                    "two models in one file"
                );
            }
        });
    });
    assert_eq!(files(&folder), ["both"]);
}

/// A limit that a reader misses by far whose work grows with the square of the file, and that a busy machine keeps.
fn soon<R>(f: impl FnOnce() -> R) -> R {
    let begin = Instant::now();
    let result = f();
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(120), "it took {took:?}");
    result
}

#[test]
fn files_that_announce_much_are_read_in_time() {
    let path = empty("much").join("m");
    let model = built().compile(classify().metric(Accuracy::new()));
    model.save(&path).unwrap();
    let saved = fs::read(&path).unwrap();
    let insert = |what: &str, list: String| {
        fs::write(&path, &saved).unwrap();
        rewrite(&path, |text| {
            let mut header: serde_json::Value = serde_json::from_str(text).unwrap();
            let list: serde_json::Value = serde_json::from_str(&list).unwrap();
            match what {
                "frozen" => header["frozen"] = list,
                _ => header["training"][what] = list,
            }
            header.to_string()
        });
    };
    let list = |n: usize, item: &str| format!("[{}]", vec![item; n].join(","));
    let metric = r#"[null,{"class_name":"Accuracy","config":{}}]"#;
    for (what, list) in [
        ("outputs", list(2_000, "\"a\"")),
        ("outputs", list(100_000, "\"a\"")),
        ("metrics", list(100_000, metric)),
        ("metrics", list(100_000, &metric.replace("null", "\"a\""))),
        (
            "losses",
            list(100_000, r#"{"class_name":"MeanSquaredError","config":{}}"#),
        ),
        ("frozen", list(100_000, "\"hidden.kernel\"")),
    ] {
        insert(what, list);
        let _ = soon(|| Compiled::<Mlp>::load(&path));
    }
    // Both at a time, which multiply.
    insert("outputs", list(10_000, "\"a\""));
    rewrite(&path, |text| {
        let mut header: serde_json::Value = serde_json::from_str(text).unwrap();
        header["training"]["metrics"] = serde_json::from_str(&list(10_000, metric)).unwrap();
        header.to_string()
    });
    soon(|| {
        says(
            Compiled::<Mlp>::load(&path),
            &["10000 outputs", "metric_for"],
        )
    });
    // 100,000 tensors, beside the model's and without any.
    let empty: Vec<(String, Vec<u8>)> = (0..100_000)
        .map(|i| (format!("t{i}"), vec![0; 4]))
        .collect();
    let views = empty.iter().map(|(name, bytes)| {
        let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![1], bytes);
        (name, view.unwrap())
    });
    safetensors::serialize_to_file(views, &None, &path).unwrap();
    let model = built();
    soon(|| {
        says(
            model.load_weights(&path),
            &["hidden.kernel: not in the file", "and 99904 more"],
        )
    });
    assert_eq!(
        model.load_weights_partial(&path).unwrap().unexpected.len(),
        100_000
    );
    // A model that has as many.
    #[model]
    struct Many {
        layers: Vec<Dense>,
    }
    #[model]
    impl Many {
        fn call(&self, x: Tensor) -> Tensor {
            self.layers(x)
        }
    }
    let many = Many {
        layers: (0..20_000).map(|_| Dense::new(1)).collect(),
    };
    many.layers.iter().for_each(|l| l.build([1]).unwrap());
    soon(|| many.save_model(&path).unwrap());
    let back = soon(|| Many::load_model(&path).unwrap());
    soon(|| back.load_weights(&path).unwrap());
}

#[test]
fn a_saved_training_goes_on_after_a_hundred_saves_to_one_path() {
    let folder = empty("hundred");
    let path = folder.join("m");
    let mut model = built().compile(classify());
    for _ in 0..100 {
        model.save(&path).unwrap();
        model = Compiled::<Mlp>::load(&path).unwrap();
    }
    let y = Tensor::from(vec![0_i64, 1]);
    model.fit((Tensor::ones([2, 4]), &y), quiet()).unwrap();
    assert_eq!(files(&folder), ["m"]);
}
