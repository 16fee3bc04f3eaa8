//! Values put at given places of a tensor of zeros, or of another tensor.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::elementwise::where_;
use crate::ops::fail::fail;
use crate::ops::index::indices::{as_indices, check_indices};
use crate::ops::index::scatter_add;
use crate::ops::index::segment::{Kind, segments};
use crate::tensor::create::cast_in_range;
use crate::{DType, Error, Result, Shape, Tensor, is_known, with_dtype};
use nn_kernels::memory;

/// What happens to an element that an update meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Update {
    /// The update takes its place, the last one of several.
    #[default]
    Set,
    /// The update is added.
    Add,
    /// The greater of both stays.
    Max,
    /// The lesser of both stays.
    Min,
    /// It is multiplied by the update.
    Mul,
}

/// Of `i64` indices `[…, k]` the place `[…]` of each in the first `k` axes of a shape, flattened.
struct Places(Shape);

/// Of a tensor `[n, …]`, `i64` places `[m]` and updates `[m, …]`: the tensor with the updates at their places, the last of several.
struct Put;

impl Op for Places {
    fn name(&self) -> &'static str {
        "ravel_index"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("shape", &self.0)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let shape = inputs[0].raw_shape();
        Ok((shape.without(shape.rank() - 1), DType::I64).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, _) = expected.only();
        let k = inputs[0].raw_shape().dim(-1)?;
        let indices = inputs[0].data::<i64>();
        let place = |index: &[i64]| {
            index
                .iter()
                .zip(self.0.iter())
                .try_fold(0, |place, (&i, &n)| {
                    let from_start = if i < 0 { i + n as i64 } else { i };
                    match (0..n as i64).contains(&from_start) {
                        true => Ok(place * n as i64 + from_start),
                        false => Err(Error::value(format!(
                            "index {index:?} lies outside of shape {}",
                            self.0
                        ))),
                    }
                })
        };
        let mut places: Vec<i64> = memory::with_room(shape.num_elements());
        match k {
            0 => places.resize(shape.num_elements(), 0),
            k => {
                for index in indices.chunks_exact(k) {
                    places.push(place(index)?);
                }
            }
        }
        Ok(Tensor::from_vec(places, shape).into())
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![None])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

impl Op for Put {
    fn name(&self) -> &'static str {
        "scatter_update"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((*inputs[0].raw_shape(), inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let [x, places, updates] = [&inputs[0], &inputs[1], &inputs[2]];
        check_indices(places, &shape, 0)?;
        let inner = Shape::new(&shape[1..]).num_elements();
        Ok(Outputs::One(
            with_dtype!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                out.copy_from_slice(x.data());
                if inner > 0 {
                    let rows = updates.data::<T>().chunks_exact(inner);
                    for (&place, row) in places.data::<i64>().iter().zip(rows) {
                        out[place as usize * inner..][..inner].copy_from_slice(row);
                    }
                }
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let [x, places, updates] = [&at.inputs[0], &at.inputs[1], &at.inputs[2]];
        let upstream = at.upstream();
        let x_gradient = at.when(0, || {
            let none = upstream.stop_gradient().take(places, 0).zeros_like();
            apply(Put, &[upstream.clone(), places.clone(), none])
        });
        let updates_gradient = at.when(2, || {
            // Of several updates at one place only the last one is there.
            let numbers = Tensor::arange(updates.raw_shape()[0]);
            let last = apply(
                Put,
                &[
                    Tensor::full([x.raw_shape()[0]], -1_i64),
                    places.clone(),
                    numbers.clone(),
                ],
            );
            let stays = last.take(places, 0).equal(&numbers);
            let mut aligned = vec![1; updates.raw_shape().rank()];
            aligned[0] = updates.raw_shape()[0];
            where_(stays.reshape(aligned), upstream.take(places, 0), 0)
        });
        Ok(vec![x_gradient, None, updates_gradient])
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: 0b010,
            outputs: 0,
        }
    }
}

fn fits_places(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::integers(inputs, 1)?;
    let (shape, indices): (Shape, _) = (a.get("shape")?, inputs[0].raw_shape());
    shape.check()?;
    match indices.last() == Some(&shape.rank()) && shape.iter().all(|&n| is_known(n)) {
        true => Ok(()),
        false => Err(Error::shape(format!(
            "indices of shape {indices} do not name places of shape {shape}"
        ))),
    }
}

by_name!("ravel_index", fits_places, |a| Places(a.get("shape")?));

/// A place in the first axis for each update.
fn fits_put(_: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::several::<3>(&Attributes::new(), inputs)?;
    by_name::integers(&inputs[1..2], 1)?;
    let [x, places, updates] = [0, 1, 2].map(|i| *inputs[i].raw_shape());
    let fit = x.rank() > 0
        && places.rank() == 1
        && inputs[0].dtype() == inputs[2].dtype()
        && updates == x.with(0, places[0]);
    match fit {
        true => Ok(()),
        false => Err(Error::shape(format!(
            "expected an update of {x} for each of the places {places}, found {updates}"
        ))),
    }
}

by_name!("scatter_update", fits_put, |_| Put);

/// The places that indices `[…, k]` name in a shape, flattened to a vector; the number of all places; the shape of one value.
fn places(
    op: &'static str,
    shape: &Shape,
    indices: &Tensor,
    values: &Shape,
) -> Result<(Tensor, usize, Shape)> {
    let k = indices.raw_shape().dim(-1).map_err(|_| {
        Error::shape(format!(
            "{op} needs indices of shape [.., k], a place in the first k axes, found {}",
            indices.raw_shape()
        ))
    })?;
    let indices = as_indices(op, indices)?;
    if k > shape.rank() || !shape.iter().take(k).all(|&d| is_known(d)) {
        return Err(Error::shape(format!(
            "{op}: indices of {k} numbers do not name places of shape {shape}"
        )));
    }
    let named = Shape::new(&shape[..k]);
    if i64::try_from(named.num_elements()).is_err() {
        return Err(Error::shape(format!(
            "{op}: the places of shape {named} are more than can be numbered"
        )));
    }
    let index_shape = indices.raw_shape();
    let lead = &index_shape[..index_shape.rank() - 1];
    let expected = Shape::try_new(&[lead, &shape[k..]].concat())?;
    let fits = |(&a, &b): (&usize, &usize)| a == b || !is_known(a) || !is_known(b);
    if values.rank() != expected.rank() || !values.iter().zip(expected.iter()).all(fits) {
        return Err(Error::shape(format!(
            "{op} to {shape} with indices of shape {index_shape} needs values of shape {expected}, found {values}"
        )));
    }
    let count = Shape::new(lead).num_elements();
    let flat = apply(Places(named), std::slice::from_ref(&indices))
        .reshape([count])
        .into_result()?;
    Ok((flat, named.num_elements(), Shape::new(&shape[k..])))
}

/// Zeros of `shape` with every value added at its place: indices `[…, k]` (`i64`) name places in the first `k` axes, values are
/// `[…, rest of the shape]`. Negative indices count from the end, one outside is an error.
///
/// ```
/// use nn::{Tensor, ops::scatter};
/// let y = scatter(&Tensor::from([[0_i64, 1], [1, 0], [0, 1]]), &Tensor::from([1.0_f32, 2.0, 4.0]), [2, 2]);
/// assert_eq!(y.to_vec::<f32>()?, [0.0, 5.0, 2.0, 0.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn scatter(indices: &Tensor, values: &Tensor, shape: impl Into<Shape>) -> Tensor {
    if let Some(failed) = [indices, values].into_iter().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    let shape = shape.into();
    let found = shape
        .check_rank()
        .and_then(|()| places("scatter", &shape, indices, values.raw_shape()));
    match found {
        Ok((places, count, one)) => {
            let values = values.reshape(rows(&places, &one));
            scatter_add(rows_of(count, &one), &places, &values).reshape(shape)
        }
        Err(error) => fail("scatter", error),
    }
}

/// The shape of as many values as there are places.
fn rows(places: &Tensor, one: &Shape) -> Shape {
    rows_of(places.raw_shape()[0], one)
}

fn rows_of(count: usize, one: &Shape) -> Shape {
    Shape::from([&[count], &one[..]].concat())
}

impl Tensor {
    /// The tensor with updates at given places: indices `[…, k]` (`i64`) name places in the first `k` axes, updates are
    /// `[…, rest of the shape]`. Of several for one place the last one counts. Negative indices count from the end, one outside is an error.
    ///
    /// Updates take the tensor's type, and a number that this type does not have is an error. The gradient goes to what is there in the end.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::zeros([3]);
    /// let (places, updates) = (Tensor::from([[0_i64], [2]]), Tensor::from([5.0_f32, 6.0]));
    /// assert_eq!(x.scatter_update(&places, &updates).to_vec::<f32>()?, [5.0, 0.0, 6.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "scatter_nd")]
    #[track_caller]
    pub fn scatter_update(&self, indices: &Tensor, updates: &Tensor) -> Tensor {
        self.scatter_update_with(indices, updates, Update::Set)
    }

    /// As [`Tensor::scatter_update`], where [`Update`] says what is done: Keras's `reduction`.
    ///
    /// ```
    /// # use nn::{Tensor, ops::Update};
    /// let (places, updates) = (Tensor::from([[0_i64], [0]]), Tensor::from([5.0_f32, 6.0]));
    /// assert_eq!(Tensor::zeros([2]).scatter_update_with(&places, &updates, Update::Add).to_vec::<f32>()?, [11.0, 0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn scatter_update_with(
        &self,
        indices: &Tensor,
        updates: &Tensor,
        update: Update,
    ) -> Tensor {
        if let Some(failed) = [self, indices, updates]
            .into_iter()
            .find(|t| t.error().is_some())
        {
            return failed.clone();
        }
        let shape = *self.raw_shape();
        let (places, count, one) =
            match places("scatter_update", &shape, indices, updates.raw_shape()) {
                Ok(found) => found,
                Err(error) => return self.fail("scatter_update", error),
            };
        let updates = match cast_in_range("scatter_update", updates, self.dtype()) {
            Ok(updates) => updates.reshape(rows(&places, &one)),
            Err(error) => return self.fail("scatter_update", error),
        };
        let x = self.reshape(rows_of(count, &one));
        let updated = match update {
            Update::Set => apply(Put, &[x, places, updates]),
            Update::Add => {
                let wide = updates.cast(crate::ops::reduce::reduction::summable(updates.dtype()));
                x + scatter_add(rows_of(count, &one), &places, &wide)
            }
            Update::Max => x.maximum(segments(Kind::Max, &updates, &places, count)),
            Update::Min => x.minimum(segments(Kind::Min, &updates, &places, count)),
            Update::Mul => x * segments(Kind::Prod, &updates, &places, count),
        };
        match cast_in_range("scatter_update", &updated, self.dtype()) {
            Ok(updated) => updated.reshape(shape),
            Err(error) => self.fail("scatter_update", error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Update, scatter};
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn every_kind_of_update() {
        let x = Tensor::from([3_i64, 3, 3]);
        let (places, updates) = (
            Tensor::from([[0_i64], [-1], [0]]),
            Tensor::from([5_i64, 2, 4]),
        );
        for (update, expected) in [
            (Update::Set, [4, 3, 2]),
            (Update::Add, [12, 3, 5]),
            (Update::Max, [5, 3, 3]),
            (Update::Min, [3, 3, 2]),
            (Update::Mul, [60, 3, 6]),
        ] {
            let y = x.scatter_update_with(&places, &updates, update);
            assert_eq!(y.to_vec::<i64>().unwrap(), expected, "{update:?}");
        }
        let bytes = Tensor::from([250_u8, 1]);
        for (beyond, update) in [(256_i64, Update::Set), (10, Update::Add), (2, Update::Mul)] {
            let updated = bytes.scatter_update_with(
                &Tensor::from([[0_i64]]),
                &Tensor::from([beyond]),
                update,
            );
            let error = updated.into_result().unwrap_err().to_string();
            assert!(
                error.contains("a number that u8 has"),
                "{update:?}: {error}"
            );
        }
        let rows = Tensor::zeros([2, 2])
            .scatter_update(&Tensor::from([[1_i64]]), &Tensor::from([[f32::NAN, 1.0]]));
        assert!(rows.data::<f32>()[2].is_nan() && rows.data::<f32>()[..2] == [0.0, 0.0]);
        let b = Tensor::from([true, false])
            .scatter_update(&Tensor::from([[1_i64]]), &Tensor::from([true]));
        assert_eq!(b.to_vec::<bool>().unwrap(), [true, true]);
    }

    #[test]
    fn errors() {
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        let (places, values) = (Tensor::from([[0_i64, 2]]), Tensor::from([1.0_f32]));
        assert!(
            message(scatter(&places, &values, [2, 2]))
                .contains("index [0, 2] lies outside of shape [2, 2]")
        );
        assert!(message(scatter(&places, &values, [2])).contains("do not name places"));
        assert!(
            message(scatter(&places, &values, [2, 2, 3]))
                .contains("needs values of shape [1, 3], found [1]")
        );
        assert!(
            scatter(&Tensor::from(0_i64), &values, [2])
                .error()
                .is_some()
        );
    }

    #[test]
    fn of_several_updates_the_last_has_the_gradient() {
        let (x, u) = (Tensor::zeros([2]), Tensor::from([1.0_f32, 2.0]));
        let tape = crate::GradientTape::new();
        tape.watch(&x);
        tape.watch(&u);
        let y = x.scatter_update(&Tensor::from([[1_i64], [1]]), &u);
        let [dx, du] = tape.gradient(&y, [&x, &u]).unwrap();
        assert_eq!(
            (dx.data::<f32>(), du.data::<f32>()),
            (&[1.0, 0.0][..], &[0.0, 1.0][..])
        );
    }

    #[test]
    fn gradient() {
        let places = Tensor::from([[0_i64, 1], [1, 0], [0, 1]]);
        check_gradient(|x| scatter(&places, &x[0], [2, 2]).square(), &[&[3]]);
        let rows = Tensor::from([[1_i64], [0], [1]]);
        for update in [
            Update::Set,
            Update::Add,
            Update::Max,
            Update::Min,
            Update::Mul,
        ] {
            check_gradient(
                |x| {
                    x[0].scatter_update_with(&rows, &(&x[1] * 1.13), update)
                        .square()
                },
                &[&[3, 2], &[3, 2]],
            );
        }
    }
}
