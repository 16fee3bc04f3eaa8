//! Handwritten digits.

use super::idx;
use crate::data::Dataset;
use nn_core::{DType, Error, Result, Tensor};
use nn_kernels::elementwise::{Each, map};
use std::path::{Path, PathBuf};

/// MNIST (LeCun et al. 1998): 60 000 training and 10 000 test images of handwritten digits.
///
/// `x`: `[n, 28, 28, 1]`, `f32` in `0..=1`; `y`: `[n]`, the digit as `i64`. `.flatten()` on the pair makes vectors `[n, 784]` of the
/// images.
///
/// The four files (`train-images-idx3-ubyte.gz` and so on, compressed or not) are looked for in `$NN_DATA/mnist` and `$NN_DATA`;
/// without that variable, in `examples/data/mnist` below the current directory or one above it.
///
/// # Errors
/// When the files are not found or damaged.
///
/// ```no_run
/// let (train, test) = nn::datasets::mnist()?;
/// assert_eq!(train.x().shape(), [60000, 28, 28, 1]);
/// # Ok::<(), nn::Error>(())
/// ```
pub fn mnist() -> Result<(Dataset, Dataset)> {
    let folder = folder()?;
    Ok((part(&folder, "train")?, part(&folder, "t10k")?))
}

/// The folders where the files may be, in the order in which they are looked at.
fn candidates() -> Vec<PathBuf> {
    if let Some(data) = std::env::var_os("NN_DATA").map(PathBuf::from) {
        // Who names a folder does not want the data of another one.
        return vec![data.join("mnist"), data];
    }
    let below = Path::new("examples/data/mnist");
    vec![
        below.to_path_buf(),
        Path::new("..").join(below),
        // Where the crate was built, for programs run from elsewhere on that machine.
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(below),
    ]
}

fn folder() -> Result<PathBuf> {
    let all = candidates();
    match all.iter().find(|f| file(f, "train", "images", 3).is_some()) {
        Some(folder) => Ok(folder.clone()),
        None => {
            let places: Vec<String> = all.iter().map(|f| f.display().to_string()).collect();
            Err(Error::format(format!(
                "the MNIST files (train-images-idx3-ubyte.gz and three more) are in none of {}; set NN_DATA to the folder that holds them",
                places.join(", ")
            )))
        }
    }
}

/// The file of a part, compressed or not.
fn file(folder: &Path, part: &str, what: &str, rank: usize) -> Option<PathBuf> {
    let name = format!("{part}-{what}-idx{rank}-ubyte");
    let plain = folder.join(&name);
    let compressed = folder.join(name + ".gz");
    [compressed, plain].into_iter().find(|f| f.is_file())
}

fn part(folder: &Path, part: &str) -> Result<Dataset> {
    let load = |what: &str, rank: usize| match file(folder, part, what, rank) {
        Some(path) => idx(path),
        None => Err(Error::format(format!(
            "{}: there is no file {part}-{what}-idx{rank}-ubyte or .gz",
            folder.display()
        ))),
    };
    let (images, labels) = (load("images", 3)?, load("labels", 1)?);
    let [n, height, width] = images.shape()[..] else {
        return Err(Error::format(format!(
            "the images have shape {}, expected [n, height, width]",
            images.shape()
        )));
    };
    let x = Tensor::build([n, height, width, 1], |out: &mut [f32]| {
        map(
            images.data::<u8>(),
            out,
            &Each::<_, false>(|v: u8| f32::from(v) / 255.0),
        );
    });
    Dataset::new(x, labels.cast(DType::I64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_in_the_repository_hold_what_mnist_holds() {
        let (train, test) = mnist().unwrap();
        assert_eq!((train.len(), test.len()), (60_000, 10_000));
        assert_eq!(test.x().shape(), [10_000, 28, 28, 1]);
        assert_eq!(
            train.y().slice(0..5).to_vec::<i64>().unwrap(),
            [5, 0, 4, 1, 9]
        );
        // Mean and deviation of the training pixels as the literature gives them: 0.1307 and 0.3081.
        let x = train.x();
        let mean =
            x.data::<f32>().iter().map(|&v| f64::from(v)).sum::<f64>() / x.num_elements() as f64;
        assert!((mean - 0.1307).abs() <= 5e-5, "{mean}");
        assert!(x.data::<f32>().iter().all(|v| (0.0..=1.0).contains(v)));
    }
}
