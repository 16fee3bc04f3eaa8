//! Bad input: the error names the place and the way out, and files and weights from before are intact.

mod common;

use common::{Mlp, SmallCnn, bits, classify, folder, quiet};
use nn::prelude::*;
use std::fs;

/// A built and compiled model of 20 inputs and 10 classes.
fn compiled() -> Compiled<Mlp> {
    nn::set_seed(1);
    let model = Mlp::new(16, 10);
    model.build([20]).unwrap();
    model.compile(classify())
}

fn x(rows: usize) -> Tensor {
    Tensor::random_uniform([rows, 20])
}

fn labels(rows: usize) -> Tensor {
    Tensor::from((0..rows).map(|i| (i % 10) as i64).collect::<Vec<_>>())
}

/// Checks that `fit` fails, that its message has every part, and that the model has not changed.
#[track_caller]
fn refuses(model: &mut Compiled<Mlp>, data: impl nn::IntoDataset, fit: Fit<'_>, parts: &[&str]) {
    let before = bits(&**model);
    let error = model.fit(data, fit).unwrap_err().to_string();
    for part in parts {
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
    assert!(bits(&**model) == before, "the weights changed");
}

#[test]
fn wrong_rank() {
    let mut model = SmallCnn::new(10).compile(classify());
    let error = model
        .fit((Tensor::ones([4, 784]), labels(4)), quiet())
        .unwrap_err()
        .to_string();
    assert!(error.contains("blocks.0.conv (Conv2D)"), "{error}");
    assert!(
        error.contains("rank 4 [batch, height, width, channels]") && error.contains("found rank 2"),
        "{error}"
    );
    assert!(error.contains("`Reshape`"), "{error}");
}

#[test]
fn wrong_channels() {
    let model = SmallCnn::new(10);
    model.build([28, 28, 1]).unwrap();
    let before = bits(&model);
    let mut model = model.compile(classify());
    let error = model
        .fit((Tensor::ones([4, 28, 28, 3]), labels(4)), quiet())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("blocks.0.conv") && error.contains('1') && error.contains('3'),
        "{error}"
    );
    assert!(bits(&*model) == before);
}

#[test]
fn wrong_width_names_the_layer_and_both_sizes() {
    let mut model = compiled();
    refuses(
        &mut model,
        (Tensor::ones([4, 21]), labels(4)),
        quiet(),
        &["hidden (Dense)", "20", "21"],
    );
    let error = model
        .predict(Tensor::ones([2, 21]))
        .unwrap_err()
        .to_string();
    assert!(error.contains("hidden (Dense)"), "{error}");
}

#[test]
fn loss_shapes_are_not_broadcast_silently() {
    let mut model = Mlp::new(4, 1).compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
    let error = model
        .fit((x(8), Tensor::ones([8])), quiet())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("[8]") && error.contains("[8, 1]") && error.contains("reshape"),
        "{error}"
    );
}

#[test]
fn label_out_of_range() {
    let mut y = labels(8).to_vec::<i64>().unwrap();
    y[3] = 10;
    let fit = quiet().shuffle(false);
    refuses(
        &mut compiled(),
        (x(8), Tensor::from(y)),
        fit,
        &["label 10 at row 3", "0..10", "epoch 1, batch 1"],
    );
}

#[test]
fn nan_in_the_data() {
    let mut values = x(8).to_vec::<f32>().unwrap();
    values[5 * 20 + 1] = f32::NAN;
    let data = (Tensor::from_vec(values, [8, 20]), labels(8));
    let fit = quiet().shuffle(false);
    refuses(
        &mut compiled(),
        data,
        fit,
        &[
            "epoch 1, batch 1 of 1",
            "the loss is NaN",
            "x holds NaN",
            "row 5",
        ],
    );
}

#[test]
fn nan_from_a_layer_names_the_first_layer_and_spares_moving_statistics() {
    nn::set_seed(2);
    let model = SmallCnn::new(10);
    model.build([8, 8, 1]).unwrap();
    let kernel = model.blocks[1].conv.kernel();
    // Finite, and none of their sums is.
    kernel
        .set_value(&(kernel.value().sign() * f32::MAX))
        .unwrap();
    let before = bits(&model);
    let mut model = model.compile(classify());
    let data = (Tensor::random_uniform([4, 8, 8, 1]), labels(4));
    let error = model
        .fit((&data.0, &data.1), quiet())
        .unwrap_err()
        .to_string();
    assert!(error.contains("that of blocks.1.conv (Conv2D)"), "{error}");
    assert!(bits(&*model) == before, "moving statistics included");
    let mut ended = nn::callbacks::TerminateOnNaN::new();
    let history = model
        .fit((&data.0, &data.1), quiet().callback(&mut ended))
        .unwrap();
    assert_eq!(history.epochs(), 0);
    assert!(ended.reason().unwrap().contains("blocks.1.conv"));
}

#[test]
fn empty_data_and_senseless_settings() {
    let model = &mut compiled();
    refuses(
        model,
        (Tensor::zeros([0, 20]), Tensor::full([0], 0_i64)),
        quiet(),
        &["empty"],
    );
    refuses(
        model,
        (x(4), labels(4)),
        quiet().batch_size(0),
        &["batch_size", "at least 1"],
    );
    refuses(
        model,
        (x(4), labels(4)),
        quiet().epochs(0),
        &["epochs", "at least 1"],
    );
    refuses(
        model,
        (x(4), labels(4)),
        quiet().validation_split(1.5),
        &["validation_split", "1.5"],
    );
    refuses(
        model,
        (x(4), labels(5)),
        quiet(),
        &["x has 4 rows", "y has 5"],
    );
    let error = model
        .evaluate((Tensor::zeros([0, 20]), labels(0)))
        .unwrap_err()
        .to_string();
    assert!(error.contains("empty"), "{error}");
}

#[test]
fn nothing_to_train() {
    let model = &mut compiled();
    model.set_trainable(false);
    refuses(
        model,
        (x(4), labels(4)),
        quiet(),
        &["nothing to train", "frozen", "set_trainable(true)"],
    );
    let mut flat = Sequential::new().add(Flatten::new()).compile(classify());
    let error = flat
        .fit((x(4), labels(4)), quiet())
        .unwrap_err()
        .to_string();
    assert!(error.contains("nothing to train"), "{error}");
}

#[test]
fn a_watched_score_that_is_not_there() {
    let stop = nn::callbacks::EarlyStopping::new("val_loss");
    let error = compiled()
        .fit((x(4), labels(4)), quiet().callback(stop))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("val_loss") && error.contains("validation_data"),
        "{error}"
    );
}

#[test]
fn damaged_files_change_nothing() {
    let folder = folder("damaged");
    let path = folder.join("whole.safetensors");
    let model = compiled();
    model.save(&path).unwrap();
    let whole = fs::read(&path).unwrap();
    let before = bits(&*model);
    let damaged = folder.join("damaged.safetensors");
    let mut hostile = whole.clone();
    hostile[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    let mut long = whole.clone();
    long[..8].copy_from_slice(&(1_u64 << 40).to_le_bytes());
    let cut = |n: usize| whole[..n].to_vec();
    let flipped = {
        let mut bytes = whole.clone();
        bytes[20] = 0xff;
        bytes
    };
    for bytes in [
        cut(0),
        cut(4),
        cut(100),
        cut(whole.len() - 1),
        hostile,
        long,
        flipped,
        vec![0; 64],
    ] {
        fs::write(&damaged, bytes).unwrap();
        let error = model.load_weights(&damaged).unwrap_err().to_string();
        assert!(error.contains("damaged.safetensors"), "{error}");
        assert!(Compiled::<Mlp>::load(&damaged).is_err());
        assert!(model.load_weights_partial(&damaged).is_err());
    }
    assert!(bits(&*model) == before);
    let error = model
        .load_weights(folder.join("missing.safetensors"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("missing.safetensors") && error.contains("No such file"),
        "{error}"
    );
}

#[test]
fn a_file_of_another_model() {
    let path = folder("other").join("cnn.safetensors");
    let other = SmallCnn::new(10);
    other.build([8, 8, 1]).unwrap();
    other.compile(classify()).save(&path).unwrap();
    let model = compiled();
    let before = bits(&*model);
    let error = model.load_weights(&path).unwrap_err().to_string();
    assert!(
        error.contains("hidden.kernel: not in the file") && error.contains("load_weights_partial"),
        "{error}"
    );
    let Err(error) = Compiled::<Mlp>::load(&path) else {
        panic!("loaded a SmallCnn as an Mlp")
    };
    assert!(
        error
            .to_string()
            .contains("expected the configuration of Mlp, found that of SmallCnn"),
        "{error}"
    );
    assert!(bits(&*model) == before);
}

#[test]
fn an_unwritable_path_leaves_the_old_file() {
    let folder = folder("unwritable");
    let model = compiled();
    let error = model
        .save(folder.join("no/such/folder/m.safetensors"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("nothing was saved") && error.contains("there is no folder"),
        "{error}"
    );
    let path = folder.join("m.safetensors");
    model.save(&path).unwrap();
    let saved = fs::read(&path).unwrap();
    let unbuilt = Mlp::new(3, 2).compile(classify());
    assert!(
        unbuilt
            .save(&path)
            .unwrap_err()
            .to_string()
            .contains("`hidden.kernel` has no value yet")
    );
    assert_eq!(fs::read(&path).unwrap(), saved);
}

#[test]
fn a_full_disk_leaves_the_old_file() {
    // /dev/full refuses every byte; elsewhere there is none.
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    let mut log = nn::callbacks::CSVLogger::new("/dev/full");
    let error = compiled()
        .fit((x(4), labels(4)), quiet().callback(&mut log))
        .unwrap_err()
        .to_string();
    assert!(error.contains("/dev/full"), "{error}");
}

#[test]
fn pictures_need_a_known_ending() {
    let model = Mlp::new(3, 2);
    let error = model.plot("model.png", [4]).unwrap_err().to_string();
    assert!(error.contains(".svg, .dot or .mmd"), "{error}");
}

/// A block that calls a list of layers.
#[derive(Layer)]
struct Stack {
    layers: Vec<Dense>,
}

#[model]
impl Stack {
    fn call(&self, x: Tensor) -> Tensor {
        self.layers(x.cast(DType::I64))
    }
}

#[test]
fn what_fails_inside_of_a_layer_is_told_with_the_line_that_called_it() {
    let stack = Stack {
        layers: vec![Dense::new(3)],
    };
    let line_of = |text: &str| {
        let source = fs::read_to_string(file!()).unwrap();
        1 + source.lines().position(|line| line.contains(text)).unwrap()
    };
    let e = stack.forward(Tensor::ones([2, 4])).into_result();
    let e = e.unwrap_err().to_string();
    let line = line_of("self.layers(x.cast(DType::I64))");
    assert!(e.contains("layers.0") && e.contains("matmul"), "{e}");
    assert!(e.contains(&format!("bad_input.rs:{line}:")), "{e}");
    let e = Embedding::new(5, 2)
        .forward(Tensor::from([9_i64]))
        .into_result();
    let e = e.unwrap_err().to_string();
    assert!(e.contains("bad_input.rs:"), "{e}");
}

#[test]
fn a_label_beyond_all_numbers_is_out_of_range() {
    let mut model = compiled();
    let labels = Tensor::from([0_i64, i64::MAX, 1]);
    refuses(
        &mut model,
        (x(3), labels),
        quiet(),
        &[
            "label 9223372036854775807 at row 1",
            "9223372036854775808 units",
        ],
    );
}

#[test]
fn parts_of_what_failed_are_failures() {
    let failed = Dense::new(3).forward(Tensor::from(["a"].map(str::len).map(|n| n as i64)));
    assert!(failed.error().is_some());
    let part = &failed.unstack(1)[7];
    assert_eq!(
        part.error().unwrap().to_string(),
        failed.error().unwrap().to_string()
    );
    assert!(failed.nonzero()[3].error().is_some());
}

#[test]
fn what_callbacks_cannot_do_is_said_before_the_first_epoch() {
    use nn::callbacks::{BackupAndRestore, ModelCheckpoint};
    let data = || (x(8), labels(8));
    let folder = folder("callback-paths");
    let missing = folder.join("none").join("m");
    let fit = quiet().callback(BackupAndRestore::new(&missing));
    refuses(
        &mut compiled(),
        data(),
        fit,
        &["BackupAndRestore's path", "create it first"],
    );
    let fit = quiet().callback(BackupAndRestore::new(&folder));
    refuses(&mut compiled(), data(), fit, &["it is a folder"]);
    if cfg!(unix) {
        let fit = quiet().callback(ModelCheckpoint::new("/dev/null"));
        refuses(&mut compiled(), data(), fit, &["it is no file"]);
    }
}

#[test]
fn weights_whose_product_is_no_number_are_refused() {
    let data = Dataset::new(x(4), labels(4)).unwrap();
    let data = data.with_weights(Tensor::full([4], 1e30_f32)).unwrap();
    let fit = quiet().class_weight([(0, 1e30)]);
    refuses(
        &mut compiled(),
        data,
        fit,
        &["with `class_weight`", "row 0 is inf"],
    );
}
