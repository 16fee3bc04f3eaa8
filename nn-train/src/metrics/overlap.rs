//! How much the regions of predicted and true classes overlap: what the IoU metrics share.

use super::accumulated::Accumulated;
use super::mean::weights;
use nn_core::{DType, Error, Result, Tensor, no_gradient};
use nn_kernels::memory::try_collected;
use serde::{Deserialize, Deserializer, Serializer};
use std::iter::repeat_n;

/// Classes at most: their table of pairs takes 128 MiB then.
const MOST_CLASSES: usize = 1 << 12;

/// Keras's fuzz factor, as f32.
const EPSILON: f64 = 1e-7;

/// How targets and predictions say which class they are.
pub(super) struct Reading {
    pub(super) num_classes: usize,
    pub(super) ignore_class: Option<i64>,
    /// Class numbers; scores of all classes along `axis` otherwise.
    pub(super) sparse_y_true: bool,
    pub(super) sparse_y_pred: bool,
    pub(super) axis: isize,
    pub(super) dtype: DType,
}

/// Weights of all pairs of a true class and a predicted one, row by row; empty before the first batch.
#[derive(Clone, Debug, Default)]
pub(super) struct Overlap(Vec<f64>);

impl Overlap {
    /// Adds a batch. What is not the number of a class, and the class that is ignored, does not count.
    pub(super) fn add(
        &mut self,
        by: &Reading,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let classes = |t: &Tensor, sparse: bool| match sparse {
            true => t.clone(),
            false => no_gradient(|| t.argmax(by.axis)),
        };
        let y_true = classes(y_true, by.sparse_y_true);
        let y_pred = classes(y_pred, by.sparse_y_pred);
        let (found, shape) = (y_true.try_shape()?, y_pred.try_shape()?);
        // A column of class numbers is as good as a row.
        let column = |a: &[usize], b: &[usize]| {
            a.len() == b.len() + 1 && a.ends_with(&[1]) && a.starts_with(b)
        };
        if found != shape && !column(&found, &shape) && !column(&shape, &found) {
            return Err(Error::shape(format!(
                "classes of targets {found} do not fit those of predictions {shape}: they must agree; nothing is broadcast"
            )));
        }
        if shape.is_empty() {
            return Err(Error::value(
                "the batch is empty: a metric needs at least one sample",
            ));
        }
        let integers = !by.dtype.is_float();
        let numbers = |t: &Tensor| -> Result<Vec<f64>> {
            let mut numbers: Vec<f64> = t.cast(DType::F64).to_vec()?;
            if integers {
                numbers.iter_mut().for_each(|v| *v = v.trunc());
            }
            Ok(numbers)
        };
        let weights = match sample_weight {
            Some(weight) => numbers(&weights(
                weight,
                if found.rank() < shape.rank() {
                    found
                } else {
                    shape
                },
            )?)?,
            None => try_collected(repeat_n(1.0, shape.num_elements()))?,
        };
        let (y_true, y_pred) = (numbers(&y_true)?, numbers(&y_pred)?);
        let n = by.num_classes;
        self.0
            .try_reserve_exact((n * n).saturating_sub(self.0.len()))
            .map_err(|_| {
                Error::value(format!(
                    "there is no memory for a table of {n} by {n} classes"
                ))
            })?;
        self.0.resize(n * n, 0.0);
        let range = 0.0..n as f64;
        let ignored = by.ignore_class.map(|class| class as f64);
        for ((y, p), weight) in y_true.into_iter().zip(y_pred).zip(weights) {
            if range.contains(&y) && range.contains(&p) && Some(y) != ignored {
                self.0[y as usize * n + p as usize] += weight;
            }
        }
        Ok(())
    }

    /// The mean over `targets` of `true positives / (true positives + false positives + false negatives)`, without those that never occur.
    pub(super) fn mean(&self, num_classes: usize, targets: impl Iterator<Item = usize>) -> f64 {
        if self.0.is_empty() {
            return 0.0;
        }
        let n = num_classes;
        let (mut sum, mut valid) = (0.0, 0.0);
        for class in targets {
            let row: f64 = self.0[class * n..(class + 1) * n].iter().sum();
            let column: f64 = self.0.iter().skip(class).step_by(n).sum();
            let both = self.0[class * n + class];
            let either = row + column - both;
            if either > 1e-9 {
                sum += both / (either + EPSILON);
                valid += 1.0;
            }
        }
        sum / (valid + EPSILON)
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Accumulated for Overlap {
    fn numbers(&self) -> Vec<f64> {
        self.0.clone()
    }

    fn of_numbers(numbers: &[f64]) -> Option<Overlap> {
        let n = numbers.len().isqrt();
        (n * n == numbers.len()).then(|| Overlap(numbers.to_vec()))
    }

    fn fits(&self, other: &Overlap) -> bool {
        self.0.is_empty() || other.0.is_empty() || self.0.len() == other.0.len()
    }
}

/// There must be classes, and those looked at must be among them.
pub(super) fn check_classes(
    metric: &str,
    num_classes: usize,
    targets: impl Iterator<Item = usize>,
) -> Result<()> {
    if !(1..=MOST_CLASSES).contains(&num_classes) {
        return Err(Error::value(format!(
            "{metric} needs `num_classes`, the number of classes, from 1 to {MOST_CLASSES}, found {num_classes}"
        )));
    }
    match targets.max() {
        None => Err(Error::value(format!(
            "{metric} needs `target_class_ids`, the classes to look at, found none"
        ))),
        Some(class) if class >= num_classes => Err(Error::value(format!(
            "{metric}: `target_class_ids` has {class}, which is outside 0..{num_classes}"
        ))),
        Some(_) => Ok(()),
    }
}

/// Writes an element type as Keras does.
pub(super) fn write_dtype<S: Serializer>(dtype: &DType, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match dtype {
        DType::F64 => "float64",
        DType::F32 => "float32",
        DType::I64 | DType::U8 | DType::Bool => "int32",
    })
}

/// Reads an element type as Keras writes it: numbers of any size are integers or floats here.
pub(super) fn read_dtype<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DType, D::Error> {
    let name = Option::<String>::deserialize(deserializer)?;
    match name.as_deref() {
        None => Ok(DType::I64),
        Some("float64") => Ok(DType::F64),
        Some(name) if name.contains("float") => Ok(DType::F32),
        Some(name) if name.contains("int") => Ok(DType::I64),
        Some(name) => Err(serde::de::Error::custom(format!(
            "`dtype` must be an integer or a float type, found {name}"
        ))),
    }
}

/// What the IoU metrics share, with methods `reading`, `targets` and `predicted`, a field `overlap`, and perhaps a check of further settings.
macro_rules! overlap {
    ($Type:ident over $defaults:expr $(, $check:expr)?) => {
        metric!($Type over $defaults);

        impl $Type {
            /// Sums in this type: with integers (the default, as in Keras) the weights of samples lose their fractions, with floats they keep them.
            pub fn dtype(mut self, dtype: nn_core::DType) -> $Type {
                self.dtype = dtype;
                self
            }
        }

        impl Metric for $Type {
            described!(overlap, Up);

            fn check(&self) -> Result<()> {
                $($check(self)?;)?
                check_classes(Self::CLASS, self.reading().num_classes, self.targets())
            }

            fn update(
                &mut self,
                y_true: &Tensor,
                y_pred: &Tensor,
                sample_weight: Option<&Tensor>,
            ) -> Result<()> {
                Metric::check(self)?;
                let (reading, y_pred) = (self.reading(), self.predicted(y_pred));
                self.overlap.add(&reading, y_true, &y_pred, sample_weight)
            }

            fn result(&self) -> f64 {
                self.overlap
                    .mean(self.reading().num_classes, self.targets())
            }

            fn reset(&mut self) {
                self.overlap.clear();
            }
        }
    };
}
pub(super) use overlap;

/// Builder methods of a metric with a field of this name each.
macro_rules! reading_builders {
    ($($name:ident)*) => {
        $(reading_builders!(@ $name);)*

        /// What the predictions are: class numbers or scores.
        fn predicted(&self, y_pred: &Tensor) -> Tensor {
            y_pred.clone()
        }
    };
    (@ ignore_class) => {
        /// Leaves out what has this label, which need not be the number of a class.
        pub fn ignore_class(mut self, label: i64) -> Self {
            self.ignore_class = Some(label);
            self
        }
    };
    (@ sparse_y_true) => {
        /// Whether targets are class numbers (Keras: yes), rather than one-hot along the axis of the classes.
        pub fn sparse_y_true(mut self, sparse: bool) -> Self {
            self.sparse_y_true = sparse;
            self
        }
    };
    (@ sparse_y_pred) => {
        /// Whether predictions are class numbers, rather than scores of the classes along their axis.
        pub fn sparse_y_pred(mut self, sparse: bool) -> Self {
            self.sparse_y_pred = sparse;
            self
        }
    };
    (@ axis) => {
        /// The axis of the classes, where they are not class numbers (Keras: the last one).
        pub fn axis(mut self, axis: isize) -> Self {
            self.axis = axis;
            self
        }
    };
}
pub(super) use reading_builders;

#[cfg(test)]
mod tests {
    use crate::metrics::{BinaryIoU, IoU, MeanIoU, Metric, OneHotIoU, from_config};
    use nn_core::{DType, Tensor};
    use serde_json::json;

    fn refused(class: &str, config: serde_json::Value) -> String {
        let e = from_config(&json!({"class_name": class, "config": config}));
        e.err().unwrap().to_string()
    }

    #[test]
    fn settings_are_checked() {
        let e = refused("MeanIoU", json!({}));
        assert!(
            e.contains("MeanIoU needs `num_classes`") && e.contains("found 0"),
            "{e}"
        );
        let e = refused("IoU", json!({"num_classes": 3, "target_class_ids": [1, 3]}));
        assert!(
            e.contains("`target_class_ids` has 3, which is outside 0..3"),
            "{e}"
        );
        let e = refused("OneHotIoU", json!({"num_classes": 3}));
        assert!(
            e.contains("`target_class_ids`, the classes to look at"),
            "{e}"
        );
        let e = refused(
            "OneHotIoU",
            json!({"num_classes": 3, "sparse_y_true": true}),
        );
        assert!(e.contains("unknown entry `sparse_y_true`"), "{e}");
        let e = refused("MeanIoU", json!({"num_classes": 3, "dtype": "text"}));
        assert!(
            e.contains("`dtype` must be an integer or a float type, found text"),
            "{e}"
        );
        let e = BinaryIoU::new().threshold(f64::NAN).check().unwrap_err();
        assert!(e.to_string().contains("BinaryIoU needs a threshold"), "{e}");
        assert!(MeanIoU::new(usize::MAX).check().is_err());
    }

    #[test]
    fn integers_lose_the_fractions_of_weights_and_floats_do_not() {
        let (y, p) = (Tensor::from([0_i64, 1, 1]), Tensor::from([0_i64, 1, 0]));
        let weight = Tensor::from([1.9_f32, 2.5, 0.7]);
        let result = |dtype| {
            let mut metric = IoU::new(2, [0]).dtype(dtype);
            metric.update(&y, &p, Some(&weight)).unwrap();
            let back = from_config(&metric.config()).unwrap();
            assert_eq!(back.config(), metric.config());
            metric.result()
        };
        assert!((result(DType::I64) - 1.0).abs() < 1e-6);
        assert!((result(DType::F32) - 1.9 / 2.6).abs() < 1e-6);
    }

    #[test]
    fn shapes_that_do_not_fit_change_nothing() {
        let mut metric = OneHotIoU::new(2, [0, 1]).sparse_y_pred(true);
        let one_hot = Tensor::from([[[1.0_f32, 0.0], [0.0, 1.0]]]);
        let e = metric.update(&one_hot, &Tensor::from([[0_i64, 1, 1]]), None);
        let e = e.unwrap_err().to_string();
        assert!(
            e.contains("targets [1, 2] do not fit those of predictions [1, 3]"),
            "{e}"
        );
        assert_eq!(metric.result(), 0.0);
        // One weight for each sample, and a column where a row is expected.
        let (p, weight) = (Tensor::from([[[0_i64], [1]]]), Tensor::from([2.0_f32]));
        metric.update(&one_hot, &p, Some(&weight)).unwrap();
        assert!((metric.result() - 1.0).abs() < 1e-6);
    }
}
