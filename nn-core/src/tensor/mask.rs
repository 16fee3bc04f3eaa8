//! Masks: which steps of a tensor count.

use super::Tensor;
use crate::ops::fail::fail;
use crate::{DType, Error, is_known};

impl Tensor {
    /// Which positions count, if something said so: `bool`, of the shape of the first axes, `[batch, time]` as a rule; false stands for padding.
    ///
    /// Layers such as `Embedding` with `mask_zero` set it. Operations that leave every position in its place carry it on: functions element
    /// by element (where two inputs have one, both must be true), `where_`, `cast`, dropout, softmax, normalizations, and products with a matrix
    /// on the right of a tensor of three axes or more. All others (reductions, reshapes, convolutions, indexing) drop it. Losses and metrics
    /// leave out what the mask of the predictions leaves out.
    ///
    /// Source: `keras.src.backend.get_keras_mask`, which Keras's layers hand on.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let tokens = Tensor::from([[5_i64, 2, 0], [7, 0, 0]]);
    /// let x = Tensor::ones([2, 3, 4]).with_mask(tokens.not_equal(0));
    /// let y = (x * 2.0).relu();
    /// assert_eq!(y.mask().unwrap().to_vec::<bool>()?, [true, true, false, true, false, false]);
    /// assert!(y.mean_axis(1).mask().is_none());
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn mask(&self) -> Option<Tensor> {
        self.mask.clone().map(Tensor::of)
    }

    /// The same tensor with a mask, or with none: what a layer of your own calls that makes one, or knows how its output's follows from its input's.
    ///
    /// The mask has the shape of the tensor's first axes, `[batch]`, `[batch, time]` and so on up to that of the tensor itself; another one is an
    /// error. It is `bool`; of other types what is not 0 is true.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::ones([2, 3, 4]).with_mask(Tensor::from([[true, true, false], [true, false, false]]));
    /// let every_second = x.slice_axis(1, ..2).with_mask(x.mask().map(|mask| mask.slice_axis(1, ..2)));
    /// assert_eq!(every_second.mask().unwrap().shape(), [2, 2]);
    /// let e = x.with_mask(Tensor::from([true, false, true])).into_result().unwrap_err();
    /// assert!(e.to_string().contains("a mask of shape [3] does not fit a tensor of shape [2, 3, 4]"));
    /// ```
    #[track_caller]
    pub fn with_mask(&self, mask: impl Into<Option<Tensor>>) -> Tensor {
        let Some(mask) = mask.into() else {
            return self.without_mask();
        };
        if self.error().is_some() {
            return self.clone();
        }
        if mask.error().is_some() {
            return mask;
        }
        let (shape, found) = (self.raw_shape(), mask.raw_shape());
        let agree = |(&a, &b): (&usize, &usize)| a == b || !is_known(a) || !is_known(b);
        let fits =
            (1..=shape.rank()).contains(&found.rank()) && found.iter().zip(shape.iter()).all(agree);
        match fits {
            true => self.masked(&mask.cast(DType::Bool)),
            false => fail(
                "with_mask",
                Error::shape(format!(
                    "a mask of shape {found} does not fit a tensor of shape {shape}: give it the shape of the first axes, such as [batch, time]"
                )),
            ),
        }
    }

    /// The same tensor without its mask.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::ones([1, 2]).with_mask(Tensor::from([[true, false]]));
    /// assert!(x.without_mask().mask().is_none());
    /// ```
    pub fn without_mask(&self) -> Tensor {
        Tensor::of(self.inner.clone())
    }

    /// With a mask that is known to fit.
    pub(crate) fn masked(&self, mask: &Tensor) -> Tensor {
        Tensor {
            inner: self.inner.clone(),
            mask: Some(mask.inner.clone()),
        }
    }

    /// With the mask of a tensor that has the same first `axes`; with none if that one has none, or one over more axes.
    pub(crate) fn masked_as(&self, other: &Tensor, axes: usize) -> Tensor {
        match &other.mask {
            Some(mask) if mask.shape.rank() <= axes => Tensor {
                inner: self.inner.clone(),
                mask: Some(mask.clone()),
            },
            _ => self.without_mask(),
        }
    }

    #[inline(always)]
    pub(crate) fn has_mask(&self) -> bool {
        self.mask.is_some()
    }
}

impl From<&Tensor> for Option<Tensor> {
    /// So that [`Tensor::with_mask`] takes a reference too.
    fn from(tensor: &Tensor) -> Option<Tensor> {
        Some(tensor.clone())
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::{
        self, Conv2dOptions, batch_norm_inference, conv2d, dropout, layer_norm, where_,
    };
    use crate::{DType, GradientTape, Tensor, UNKNOWN, random};

    fn steps() -> Tensor {
        Tensor::from([[true, true, false], [true, false, false]])
    }

    /// `[2, 3, 4]` with [`steps`].
    fn sequence() -> Tensor {
        (Tensor::arange(24).cast(DType::F32).reshape([2, 3, 4]) * 0.1).with_mask(steps())
    }

    fn bits(x: &Tensor) -> Option<Vec<bool>> {
        x.mask().map(|mask| mask.to_vec().unwrap())
    }

    #[test]
    fn carried_by_what_leaves_positions_in_their_place() {
        let (x, four) = (sequence(), Tensor::ones([4]));
        let carried = [
            x.clone(),
            x.relu().exp() * 2.0 - 1.0,
            -(1.0 / (&x + 1.0)),
            &x + Tensor::ones([2, 3, 4]),
            Tensor::ones([1, 3, 1]) * &x,
            &x + &four,
            x.greater(0.5).logical_not(),
            x.isnan(),
            x.cast(DType::F64),
            where_(x.greater(0.5), &x, 0.0),
            x.clip(0.0, 1.0).powi(2),
            x.stop_gradient(),
            dropout(&x, 0.5),
            x.softmax(-1),
            x.softmax(1),
            x.log_softmax(0),
            layer_norm(&x, &four, &four, 1e-3),
            ops::batch_norm_train(&x, &four, &four, 1e-3).0,
            batch_norm_inference(&x, &four, &four, &four, &four, 1e-3),
            batch_norm_inference(&x, &four, &four, &four, &four, 1e-3).relu(),
            x.matmul(Tensor::ones([4, 5])),
            x.matmul(Tensor::ones([4, 5])).gelu(false),
            x.matmul(Tensor::ones([2, 4, 5])),
            x.matmul_add(Tensor::ones([4, 5]), Tensor::ones([5])),
            x.matmul_transposed(Tensor::ones([5, 4])),
        ];
        for (i, y) in carried.iter().enumerate() {
            assert_eq!(bits(y), bits(&x), "{i}: {:?}", y.error());
            assert!(y.mask().unwrap().mask().is_none());
        }
    }

    #[test]
    fn dropped_by_what_moves_or_joins_them() {
        let x = sequence();
        let image = x.reshape([2, 3, 4, 1]).with_mask(steps());
        let dropped = [
            x.sum(),
            x.mean_axis(1),
            x.max_axis(-1),
            x.reshape([2, 3, 4]),
            x.reshape([6, 4]),
            x.transpose([1, 0, 2]),
            x.slice(..2),
            x.index_axis(1, 0),
            x.flip(1),
            x.cumsum(1),
            ops::concatenate([&x, &x], 1),
            ops::stack([&x, &x], 0),
            x.take(&Tensor::from([0_i64, 1]), 0),
            x.pad([(0, 0), (1, 0), (0, 0)]),
            Tensor::ones([2, 5, 3]).matmul(&x),
            ops::einsum("btd,de->bte", [&x, &Tensor::ones([4, 2])]),
            conv2d(&image, Tensor::ones([1, 1, 1, 2]), Conv2dOptions::default()),
            // A mask over classes says nothing of what a product makes of them.
            x.with_mask(x.greater(0.5)).matmul(Tensor::ones([4, 4])),
            // Aligned with the last axes of the other.
            Tensor::ones([3, 4]).with_mask(Tensor::from([true, false, true])) + x.without_mask(),
        ];
        for (i, y) in dropped.iter().enumerate() {
            assert!(y.error().is_none(), "{i}: {:?}", y.error());
            assert!(y.mask().is_none(), "{i}");
        }
    }

    #[test]
    fn two_masks_are_combined() {
        let other = Tensor::from([[true, false, true], [true, true, false]]);
        let both = [true, false, false, true, false, false];
        let (x, y) = (sequence(), Tensor::ones([2, 3, 4]).with_mask(&other));
        assert_eq!(bits(&(&x * &y)).unwrap(), both);
        assert_eq!(bits(&x.maximum(&y)).unwrap(), both);
        assert_eq!(bits(&where_(y.greater(0.0), &x, 1.0)).unwrap(), both);
        // The same one needs no combining.
        let same = &x + x.relu();
        assert_eq!(same.mask().unwrap().id(), x.mask().unwrap().id());
        // Of one more axis, and of an input that is broadcast.
        let fine = Tensor::ones([2, 3, 4]).with_mask(Tensor::full([2, 3, 4], true));
        let found = (&x + &fine).mask().unwrap();
        assert_eq!(found.shape(), [2, 3, 4]);
        assert_eq!(
            found.to_vec::<bool>().unwrap()[4..12],
            [true, true, true, true, false, false, false, false]
        );
        let row = Tensor::ones([1, 3, 4]).with_mask(Tensor::from([[true, false, true]]));
        let wide = &row + Tensor::ones([2, 3, 4]);
        assert_eq!(bits(&wide).unwrap(), [true, false, true, true, false, true]);
        assert_eq!(
            bits(&(&x + &row)).unwrap(),
            both[..]
                .iter()
                .enumerate()
                .map(|(i, b)| i == 0 || *b)
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn set_replaced_and_taken_off() {
        let x = sequence();
        assert!(x.without_mask().mask().is_none() && x.with_mask(None).mask().is_none());
        assert_eq!(x.with_mask(x.mask()).id(), x.id());
        // Numbers are true unless they are 0.
        let of_numbers = Tensor::ones([2, 3]).with_mask(Tensor::from([2_i64, 0]));
        assert_eq!(bits(&of_numbers).unwrap(), [true, false]);
        for shape in [&[][..], &[3], &[3, 2], &[2, 3, 4, 1], &[1, 3]] {
            let e = x
                .with_mask(Tensor::full(shape, true))
                .into_result()
                .unwrap_err()
                .to_string();
            let found = crate::Shape::new(shape);
            assert!(
                e.contains(&format!(
                    "a mask of shape {found} does not fit a tensor of shape [2, 3, 4]"
                )),
                "{e}"
            );
        }
        let broken = Tensor::ones([2]) + Tensor::ones([3]);
        assert!(x.with_mask(&broken).error().is_some() && broken.with_mask(&x).error().is_some());
        let mut copy = x.clone();
        copy.data_mut::<f32>().unwrap()[0] = 7.0;
        assert_eq!((bits(&copy), copy.id()), (bits(&x), x.id()));
    }

    #[test]
    fn abstract_tensors_have_masks_too() {
        let x = Tensor::abstract_of([UNKNOWN, UNKNOWN, 4], DType::F32);
        let mask = x.without_mask().greater(0.0).any_axis(-1);
        let y = (x.with_mask(&mask) * 2.0)
            .softmax(-1)
            .matmul(Tensor::ones([4, 3]));
        assert_eq!(y.mask().unwrap().id(), mask.id());
        let other = x.with_mask(x.less(0.0).any_axis(-1));
        let both = (x.with_mask(&mask) + other).mask().unwrap();
        assert!(both.is_abstract() && both.shape() == mask.shape());
        assert!(x.with_mask(Tensor::full([3, 5, 4], true)).error().is_none());
        assert!(x.with_mask(Tensor::full([3, 5, 2], true)).error().is_some());
    }

    #[test]
    fn what_waits_keeps_its_mask_and_gradients_have_none() {
        let x = random::with_stream(random::Stream::new(1), || Tensor::random_normal([2, 3, 4]))
            .with_mask(steps());
        let (kernel, tape) = (Tensor::ones([4, 4]), GradientTape::persistent());
        tape.watch(&x);
        tape.watch(&kernel);
        let h = x.matmul(&kernel);
        let y = h.gelu(false) * x.with_mask(Tensor::full([2, 3], true)) + &x;
        assert_eq!((bits(&y), bits(&h)), (bits(&x), bits(&x)));
        for g in tape.gradient_with(&y, [&x, &kernel], &x).unwrap() {
            assert!(g.mask().is_none());
        }
        // The value alone decides about gradients.
        let plain = x.without_mask();
        let z = plain.matmul(&kernel).gelu(false) * &plain + &plain;
        let [a, b] =
            [&y, &z].map(|target| tape.gradient(target, &x).unwrap().to_vec::<f32>().unwrap());
        assert_eq!(a, b);
    }
}
