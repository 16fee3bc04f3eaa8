//! Mistakes in the data are named by their row in the data set, and data is read as a whole.

mod common;

use common::{Mlp, classify, folder, quiet};
use nn::prelude::*;
use std::io::Write;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[model]
struct Words {
    embedding: Embedding,
    flatten: Flatten,
    output: Dense,
}

#[model]
impl Words {
    fn call(&self, x: Tensor) -> Tensor {
        self.output(self.flatten(self.embedding(x)))
    }
}

fn words() -> Compiled<Words> {
    let model = Words {
        embedding: Embedding::new(10, 4),
        flatten: Flatten::new(),
        output: Dense::new(3),
    };
    model.compile(classify())
}

/// Errors of a training and of an evaluation of 100 rows, in which the given one is wrong.
fn errors<M: Model>(mut model: Compiled<M>, x: Tensor, y: Tensor) -> [String; 2] {
    let mut message = |fit: Fit<'_>| model.fit((&x, &y), fit).unwrap_err().to_string();
    let shuffled = message(quiet().batch_size(8));
    assert_eq!(shuffled, { message(quiet().batch_size(8).prefetch(2)) });
    [shuffled, model.evaluate((&x, &y)).unwrap_err().to_string()]
}

#[test]
fn an_error_names_the_row_of_the_data_set_and_not_of_a_shuffled_batch() {
    let labels = || (0..100).map(|i| i % 3).collect::<Vec<i64>>();
    let rows = || vec![1_i64; 500];
    // An index that the table does not have, in the middle of row 77.
    let mut x = rows();
    x[77 * 5 + 2] = 12;
    for e in errors(words(), Tensor::from_vec(x, [100, 5]), labels().into()) {
        assert!(
            e.contains("row 77 of the data set") && e.contains("12"),
            "{e}"
        );
    }
    // A class that there is not.
    let mut y = labels();
    y[42] = 3;
    for e in errors(words(), Tensor::from_vec(rows(), [100, 5]), y.into()) {
        assert!(e.contains("label 3") && e.contains("row 42"), "{e}");
        assert!(!e.contains("of the batch"), "{e}");
    }
    // A number that is none.
    let mut x = vec![0.5_f32; 400];
    x[63 * 4 + 1] = f32::NAN;
    let mut model = Mlp::new(4, 3).compile(classify());
    let data = (Tensor::from_vec(x, [100, 4]), Tensor::from(labels()));
    let e = model.fit(data, quiet()).unwrap_err().to_string();
    assert!(e.contains("row 63"), "{e}");
    assert!(!e.contains("of the batch"), "{e}");
}

#[test]
fn every_member_of_a_gzip_file_is_read() {
    let folder = folder("gzip");
    let path = folder.join("two.csv.gz");
    let two = [gzip(b"y,a\n1,2\n3,4\n"), gzip(b"5,6\n7,8\n")].concat();
    std::fs::write(&path, two).unwrap();
    let data = nn::datasets::Csv::new().target("y").read(&path).unwrap();
    assert_eq!(data.y().to_vec::<f32>().unwrap(), [1.0, 3.0, 5.0, 7.0]);
    let path = folder.join("two.idx.gz");
    let two = [gzip(&[0, 0, 8, 1, 0, 0, 0, 4, 1, 2]), gzip(&[3, 4])].concat();
    std::fs::write(&path, two).unwrap();
    let numbers = nn::datasets::idx(&path).unwrap();
    assert_eq!(numbers.to_vec::<u8>().unwrap(), [1, 2, 3, 4]);
}

#[test]
fn a_log_that_is_continued_keeps_its_columns() {
    let path = folder("log").join("log.csv");
    let _ = std::fs::remove_file(&path);
    let log = || nn::callbacks::CSVLogger::new(&path).append(true);
    let y = Tensor::from((0..8).map(|i| i % 2).collect::<Vec<i64>>());
    let x = Tensor::ones([8, 4]);
    let mut model = Mlp::new(3, 2).compile(classify());
    for _ in 0..2 {
        model.fit((&x, &y), quiet().callback(log())).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert_eq!(lines[0], "epoch,loss,accuracy");
    assert!(
        lines[1].starts_with("0,") && lines[2].starts_with("1,"),
        "{text}"
    );
    // Another score has no column, and a line that was cut off goes.
    let validated = quiet().validation_data((&x, &y)).callback(log());
    let e = model.fit((&x, &y), validated).unwrap_err().to_string();
    assert!(
        e.contains("no column `val_loss`, only loss, accuracy"),
        "{e}"
    );
    std::fs::write(&path, format!("{}\n{}\n2,0.", lines[0], lines[1])).unwrap();
    model.fit((&x, &y), quiet().callback(log())).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let last = text.lines().nth(2).unwrap_or_default();
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(
        text.ends_with('\n') && last.split(',').count() == 3,
        "{text}"
    );
    // A file of something else is not added to.
    std::fs::write(&path, "a,b\n1,2").unwrap();
    let e = model
        .fit((&x, &y), quiet().callback(log()))
        .unwrap_err()
        .to_string();
    assert!(e.contains("log.csv") && e.contains("not `epoch`"), "{e}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "a,b\n1,2");
    let _ = log();
}
