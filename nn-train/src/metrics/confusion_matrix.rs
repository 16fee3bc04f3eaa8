//! How often each class is taken for each other one.

use super::answers::share;
use nn_core::__private::columns;
use nn_core::{DType, Error, Result, Tensor, no_gradient};
use nn_kernels::memory;
use std::fmt;

/// Classes at most: their table of pairs takes 2 GiB then.
const MOST_CLASSES: usize = 1 << 14;

/// A table of how often samples of each class (rows) were predicted as each class (columns).
///
/// It prints as a table, with the recall of each class beside its row, and with the accuracy.
///
/// ```
/// use nn::{metrics::ConfusionMatrix, Tensor};
/// let (y, p) = (Tensor::from([1.0_f32, 0.0, 1.0, 0.0]), Tensor::from([[0.9_f32], [0.2], [0.4], [0.7]]));
/// let matrix = ConfusionMatrix::binary(&y, &p, 0.5)?;
/// assert_eq!((matrix.count(1, 1), matrix.count(1, 0), matrix.accuracy()), (1, 1, 0.5));
/// assert!(matrix.to_string().starts_with("true \\ predicted"));
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct ConfusionMatrix {
    classes: usize,
    /// Row by row.
    counts: Vec<u64>,
    labels: Vec<String>,
}

impl ConfusionMatrix {
    /// Of yes-or-no answers: a prediction above the threshold is class 1. Targets (0 or 1) and predictions: one for each sample, `[n]` or
    /// `[n, 1]`, or any other shape of both.
    ///
    /// # Errors
    /// Another number of targets than of predictions; a target that is neither 0 nor 1; a prediction that is NaN.
    pub fn binary(y_true: &Tensor, y_pred: &Tensor, threshold: f64) -> Result<ConfusionMatrix> {
        if threshold.is_nan() {
            return Err(Error::value(
                "a confusion matrix needs a threshold that is a number, found NaN",
            ));
        }
        no_nan(y_pred)?;
        let y_pred = no_gradient(|| y_pred.greater(threshold));
        ConfusionMatrix::of_classes(y_true, &y_pred, 2)
    }

    /// Of scores `[n, ..., classes]`, whose greatest is the predicted class. Targets: class numbers, `[n, ...]` or `[n, ..., 1]`, or one-hot in the
    /// shape of the scores.
    ///
    /// # Errors
    /// Shapes that do not fit; a target that is not the number of a class, or a row of targets that does not add up to 1; scores that are NaN.
    pub fn new(y_true: &Tensor, y_pred: &Tensor) -> Result<ConfusionMatrix> {
        let (found, shape) = (y_true.try_shape()?, y_pred.try_shape()?);
        if shape.rank() < 2 {
            return Err(Error::shape(format!(
                "a confusion matrix needs scores [batch, classes], found {shape}; of numbers of classes it is made by \
                 `ConfusionMatrix::of_classes`, of yes-or-no answers by `ConfusionMatrix::binary`"
            )));
        }
        let classes = shape[shape.rank() - 1];
        if classes == 1 {
            return Err(Error::shape(format!(
                "scores of shape {shape} are of one class: yes-or-no answers make a confusion matrix by `ConfusionMatrix::binary`"
            )));
        }
        no_nan(y_pred)?;
        let best = no_gradient(|| y_pred.argmax(-1));
        match found == shape {
            true => {
                one_hot(y_true, classes)?;
                let y_true = no_gradient(|| y_true.argmax(-1));
                ConfusionMatrix::of_classes(&y_true, &best, classes)
            }
            false => ConfusionMatrix::of_classes(y_true, &best, classes),
        }
    }

    /// Of class numbers below `classes`, one for each sample, both.
    ///
    /// # Errors
    /// Another number of targets than of predictions; what is not the number of a class.
    pub fn of_classes(y_true: &Tensor, y_pred: &Tensor, classes: usize) -> Result<ConfusionMatrix> {
        let (found, shape) = (y_true.try_shape()?, y_pred.try_shape()?);
        if !(1..=MOST_CLASSES).contains(&classes) {
            return Err(Error::value(format!(
                "a confusion matrix has from 1 to {MOST_CLASSES} classes, found {classes}"
            )));
        }
        let squeezed = |dims: &[usize]| match dims {
            [rest @ .., 1] if !rest.is_empty() => rest.to_vec(),
            all => all.to_vec(),
        };
        if found != shape && squeezed(&found) != squeezed(&shape) {
            return Err(Error::shape(format!(
                "targets of shape {found} do not fit predictions of shape {shape}: give one class for each sample, in the same order"
            )));
        }
        let numbers = |t: &Tensor, what: &str| -> Result<Vec<usize>> {
            let t = t.cast(DType::F64);
            let values = t.try_data::<f64>()?.iter().enumerate();
            memory::try_gathered(values.map(|(i, &v)| {
                match v.fract() == 0.0 && (0.0..classes as f64).contains(&v) {
                    true => Ok(v as usize),
                    false => Err(Error::value(format!(
                        "{what} {v} at {i} is not the number of a class in 0..{classes}"
                    ))),
                }
            }))
        };
        let (y_true, y_pred) = (numbers(y_true, "target")?, numbers(y_pred, "prediction")?);
        let mut counts = Vec::new();
        counts.try_reserve_exact(classes * classes).map_err(|_| {
            Error::value(format!(
                "there is no memory for a table of {classes} by {classes} classes"
            ))
        })?;
        counts.resize(classes * classes, 0);
        for (y, p) in y_true.into_iter().zip(y_pred) {
            counts[y * classes + p] += 1;
        }
        Ok(ConfusionMatrix {
            classes,
            counts,
            labels: (0..classes).map(|class| class.to_string()).collect(),
        })
    }

    /// Prints the classes under these names.
    ///
    /// # Errors
    /// Another number of names than of classes.
    pub fn labels<S: Into<String>>(
        mut self,
        labels: impl IntoIterator<Item = S>,
    ) -> Result<ConfusionMatrix> {
        self.labels = labels.into_iter().map(Into::into).collect();
        match self.labels.len() == self.classes {
            true => Ok(self),
            false => Err(Error::value(format!(
                "{} names were given for {} classes",
                self.labels.len(),
                self.classes
            ))),
        }
    }

    /// How many classes there are.
    pub fn num_classes(&self) -> usize {
        self.classes
    }

    /// How many samples of class `y_true` were predicted as class `y_pred`; 0 for what is not a class.
    pub fn count(&self, y_true: usize, y_pred: usize) -> u64 {
        match y_true < self.classes && y_pred < self.classes {
            true => self.counts[y_true * self.classes + y_pred],
            false => 0,
        }
    }

    /// How many samples there are.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The share of samples predicted as what they are; 0 of none.
    pub fn accuracy(&self) -> f64 {
        let right: u64 = (0..self.classes).map(|c| self.count(c, c)).sum();
        share(right as f64, self.total() as f64)
    }

    /// Of the samples predicted as a class, the share that are of it; 0 of none.
    pub fn precision(&self, class: usize) -> f64 {
        let predicted: u64 = (0..self.classes).map(|c| self.count(c, class)).sum();
        share(self.count(class, class) as f64, predicted as f64)
    }

    /// Of the samples of a class, the share that were predicted as it; 0 of none.
    pub fn recall(&self, class: usize) -> f64 {
        let there: u64 = (0..self.classes).map(|c| self.count(class, c)).sum();
        share(self.count(class, class) as f64, there as f64)
    }
}

/// Refuses predictions that are NaN, which no comparison puts into the right class.
fn no_nan(y_pred: &Tensor) -> Result<()> {
    let numbers = y_pred.cast(DType::F64);
    match numbers.try_data::<f64>()?.iter().position(|v| v.is_nan()) {
        None => Ok(()),
        Some(i) => Err(Error::value(format!(
            "prediction {i} is NaN, of no class; look at what the model learned, or at its input"
        ))),
    }
}

/// Refuses rows that say no class, or several.
fn one_hot(y_true: &Tensor, classes: usize) -> Result<()> {
    let numbers = y_true.cast(DType::F64);
    let rows = numbers.try_data::<f64>()?.chunks(classes);
    // Smoothed rows and such of rounded numbers still add up to 1.
    let wrong = |row: &[f64]| !(0.999..=1.001).contains(&row.iter().sum::<f64>());
    match rows.clone().position(wrong) {
        None => Ok(()),
        Some(row) => Err(Error::value(format!(
            "row {row} of the targets adds up to {} and not to 1; targets in the shape of the scores are one-hot, numbers of classes have one \
             axis less",
            rows.clone().nth(row).map_or(0.0, |row| row.iter().sum())
        ))),
    }
}

impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const CORNER: &str = "true \\ predicted";
        let length = |text: &str| text.chars().count();
        let longest = |texts: &[String]| texts.iter().map(|text| length(text)).max().unwrap_or(0);
        let first = longest(&self.labels).max(length(CORNER));
        let counts: Vec<String> = self.counts.iter().map(u64::to_string).collect();
        // A precision takes six places.
        let width = longest(&self.labels).max(longest(&counts)).max(6);
        f.write_str(&columns::left(CORNER, first))?;
        for label in &self.labels {
            write!(f, "  {}", columns::right(label, width))?;
        }
        writeln!(f, "  recall")?;
        for (class, row) in counts.chunks_exact(self.classes).enumerate() {
            f.write_str(&columns::left(&self.labels[class], first))?;
            for count in row {
                write!(f, "  {}", columns::right(count, width))?;
            }
            writeln!(f, "  {:.4}", self.recall(class))?;
        }
        f.write_str(&columns::left("precision", first))?;
        for class in 0..self.classes {
            let precision = format!("{:.4}", self.precision(class));
            write!(f, "  {}", columns::right(&precision, width))?;
        }
        write!(f, "\naccuracy {:.4} of {}", self.accuracy(), self.total())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_of_classes() {
        let p = Tensor::from([
            [0.7_f32, 0.2, 0.1],
            [0.1, 0.3, 0.6],
            [0.2, 0.5, 0.3],
            [0.0, 0.1, 0.9],
        ]);
        let labels = Tensor::from([0_i64, 1, 1, 2]);
        let matrix = ConfusionMatrix::new(&labels, &p).unwrap();
        assert_eq!((matrix.num_classes(), matrix.total()), (3, 4));
        assert_eq!(
            (matrix.count(1, 2), matrix.count(2, 1), matrix.count(9, 0)),
            (1, 0, 0)
        );
        assert_eq!(
            (matrix.accuracy(), matrix.precision(2), matrix.recall(1)),
            (0.75, 0.5, 0.5)
        );
        let one_hot = labels.one_hot(3);
        assert_eq!(ConfusionMatrix::new(&one_hot, &p).unwrap(), matrix);
        let column = labels.reshape([4, 1]);
        assert_eq!(ConfusionMatrix::new(&column, &p).unwrap(), matrix);
        let text = matrix.labels(["cat", "dog", "bird"]).unwrap().to_string();
        let expected = "\
true \\ predicted     cat     dog    bird  recall
cat                    1       0       0  1.0000
dog                    0       1       1  0.5000
bird                   0       0       1  1.0000
precision         1.0000  1.0000  0.5000
accuracy 0.7500 of 4";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let message = |m: Result<ConfusionMatrix>| m.unwrap_err().to_string();
        let nan = Tensor::from([[f32::NAN, 0.9], [0.3, 0.7]]);
        assert!(
            message(ConfusionMatrix::new(&Tensor::from([0, 1]), &nan))
                .contains("prediction 0 is NaN")
        );
        let nan = Tensor::from([0.2_f32, f32::NAN]);
        assert!(
            message(ConfusionMatrix::binary(&Tensor::from([0, 1]), &nan, 0.5))
                .contains("prediction 1 is NaN")
        );
        let (rows, scores) = (
            Tensor::from([[0, 1], [1, 1]]),
            Tensor::from([[0.1_f32, 0.9], [0.3, 0.7]]),
        );
        assert!(
            message(ConfusionMatrix::new(&rows, &scores))
                .contains("row 1 of the targets adds up to 2")
        );
        let one = message(ConfusionMatrix::new(
            &Tensor::from([0, 1]),
            &Tensor::from([[0.2_f32], [0.9]]),
        ));
        assert!(one.contains("`ConfusionMatrix::binary`"), "{one}");
        let flat = message(ConfusionMatrix::new(
            &Tensor::from([0, 1]),
            &Tensor::from([0, 1]),
        ));
        assert!(flat.contains("`ConfusionMatrix::of_classes`"), "{flat}");
        let p = Tensor::from([0.2_f32, 0.9]);
        let e = message(ConfusionMatrix::binary(&Tensor::zeros([3]), &p, 0.5));
        assert!(e.contains("[3]") && e.contains("[2]"), "{e}");
        let e = message(ConfusionMatrix::binary(&Tensor::from([0_i64, 2]), &p, 0.5));
        assert!(
            e.contains("target 2 at 1 is not the number of a class in 0..2"),
            "{e}"
        );
        assert!(message(ConfusionMatrix::new(&Tensor::zeros([2]), &p)).contains("binary"));
        let m = ConfusionMatrix::binary(&Tensor::from([0_i64, 1]), &p, 0.5).unwrap();
        assert!(message(m.labels(["no"])).contains("1 names were given for 2 classes"));
    }
}
