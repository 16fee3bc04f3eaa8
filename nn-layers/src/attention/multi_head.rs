//! What the layers of several heads have in common.

use super::masks::masks;
use super::scores::check_dropout;
use super::{AttentionArguments, Projection};
use crate::ShapeError;
use crate::core::activity;
use crate::core::axes::Ints;
use crate::core::seed::Seed;
use nn_core::agree;
use nn_core::layer::call_as;
use nn_core::ops::{AttentionOptions, Unseeing, attention, attention_with_scores};
use nn_core::{Error, Layer, MAX_RANK, Regularizer, Result, Shape, Tensor};

/// A layer of several heads with its settings, ready to run.
pub(super) struct MultiHead<'a> {
    pub name: &'static str,
    pub query: &'a Projection,
    pub key: &'a Projection,
    pub gate: Option<&'a Projection>,
    pub value: &'a Projection,
    pub output: &'a Projection,
    pub heads: Heads,
    pub seed: &'a Seed,
    pub activity_regularizer: Option<Regularizer>,
    /// Whether the penalty is one on the output of the layer too, beside that of its last projection, which is the same.
    pub penalizes_layer: bool,
}

/// The sizes of heads and what they look at.
#[derive(Clone, Copy)]
pub(super) struct Heads {
    /// Heads of queries.
    pub count: usize,
    /// Heads of keys and values.
    pub kv_count: usize,
    pub dim: usize,
    pub value_dim: usize,
    /// Whether there is one axis of steps, and nothing else.
    pub is_flat: bool,
    /// The axes along which steps are looked at; all between batch and features without.
    pub axes: Option<Ints>,
    pub window: Option<usize>,
    /// The share of weights that is dropped in training.
    pub dropout: f64,
    /// The sizes of each step of the output; the features of the query without.
    pub output: Option<Ints>,
}

impl Heads {
    /// The shape of the output for a query, a value and, if there is a third, a key.
    pub const fn output_shape(&self, layer: &str, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        if inputs.len() < 2 || inputs.len() > 3 {
            let error = ShapeError::new(layer)
                .text(" takes a query and a value, and may take a key, found ")
                .number(inputs.len());
            return Err(error.text(" tensors; call it with `(&query, &value)`"));
        }
        if let Err(error) = self.check(layer) {
            return Err(error);
        }
        let (query, value) = (&inputs[0], &inputs[1]);
        let rank = query.rank();
        let fits = rank == 3 || rank > 3 && !self.is_flat;
        if !fits || value.rank() != rank || inputs[inputs.len() - 1].rank() != rank {
            let error = ShapeError::new(layer)
                .text(" expects query and value [batch, steps, features] of one rank, found ")
                .shape(query)
                .text(" and ");
            return Err(error.shape(&inputs[inputs.len() - 1]));
        }
        let attended = match self.attended(layer, query) {
            Ok(attended) => attended,
            Err(error) => return Err(error),
        };
        let (q, v, k) = (query.dims(), value.dims(), inputs[inputs.len() - 1].dims());
        let mut i = 0;
        while i + 1 < rank {
            let queries = attended[i] || agree(q[i], v[i]);
            if !queries || !agree(v[i], k[i]) {
                let error = ShapeError::new(layer)
                    .text(" cannot look with queries ")
                    .shape(query)
                    .text(" at values ")
                    .shape(value)
                    .text(" by keys ")
                    .shape(&inputs[inputs.len() - 1]);
                return Err(error.text(
                    ": batches agree, and so do the steps of keys and values, and axes that are not looked along",
                ));
            }
            i += 1;
        }
        let Some(output) = &self.output else {
            return Ok(*query);
        };
        let sizes = output.as_slice();
        if rank - 1 + sizes.len() > MAX_RANK {
            let error = ShapeError::new(layer)
                .text(" of an output shape ")
                .list(sizes)
                .text(" would have more than the dimensions that a tensor can have on ");
            return Err(error.shape(query));
        }
        let mut dims = [0; MAX_RANK];
        let mut i = 0;
        while i < rank - 1 + sizes.len() {
            dims[i] = if i < rank - 1 {
                q[i]
            } else {
                sizes[i + 1 - rank].unsigned_abs()
            };
            i += 1;
        }
        Ok(Shape::new(dims.split_at(i).0))
    }

    const fn check(&self, layer: &str) -> Result<(), ShapeError> {
        if self.count == 0 || self.kv_count == 0 || self.dim == 0 || self.value_dim == 0 {
            let error = ShapeError::new(layer);
            return Err(error.text(" needs at least one head of at least one number, found 0"));
        }
        if !self.count.is_multiple_of(self.kv_count) {
            let error = ShapeError::new(layer)
                .text(" shares heads of keys evenly among those of queries, and ")
                .number(self.count)
                .text(" is no multiple of ");
            return Err(error.number(self.kv_count));
        }
        if let Some(0) = self.window {
            let error = ShapeError::new(layer);
            return Err(
                error.text(" with a sliding window of 0 sees nothing; 1 is the query's own place")
            );
        }
        if let Err(error) = check_dropout(layer, self.dropout) {
            return Err(error);
        }
        if let Some(output) = &self.output {
            let sizes = output.as_slice();
            let mut i = 0;
            while i < sizes.len() {
                if sizes[i] < 1 {
                    let error = ShapeError::new(layer).text(" has output sizes from 1 on, found ");
                    return Err(error.list(sizes));
                }
                i += 1;
            }
        }
        Ok(())
    }

    /// Which axes of an input are looked along.
    const fn attended(&self, layer: &str, input: &Shape) -> Result<[bool; MAX_RANK], ShapeError> {
        let last = input.rank() - 1;
        let Some(axes) = &self.axes else {
            let mut all = [false; MAX_RANK];
            let mut i = 1;
            while i < last {
                all[i] = true;
                i += 1;
            }
            return Ok(all);
        };
        match axes.mask(layer, input) {
            Ok(mask) if mask[0] || mask[last] => {
                let error = ShapeError::new(layer)
                    .text(" looks along axes between the batch and the features, found ")
                    .list(axes.as_slice())
                    .text(" for ");
                Err(error.shape(input))
            }
            found => found,
        }
    }

    /// The axes that are looked along, in the order in which they are given.
    fn axes(&self, rank: usize) -> Vec<usize> {
        match &self.axes {
            None => (1..rank - 1).collect(),
            Some(axes) => {
                let axes = axes.as_slice().iter();
                axes.map(|&axis| axis.rem_euclid(rank as isize) as usize)
                    .collect()
            }
        }
    }
}

impl MultiHead<'_> {
    /// Makes the weights for inputs of shapes that the layer takes: a query, a value and, if there is a third, a key.
    pub fn build(&self, inputs: &[Shape]) -> Result<()> {
        let output = self.heads.output_shape(self.name, inputs)?;
        let Heads {
            count,
            kv_count,
            dim,
            value_dim,
            ..
        } = self.heads;
        let rank = inputs[0].rank();
        let key = inputs[inputs.len() - 1];
        for (what, projection, input) in [
            ("query", self.query, &inputs[0]),
            ("value", self.value, &inputs[1]),
            ("key", self.key, &key),
        ] {
            let features = input[rank - 1];
            if let Some(built) = projection.kernel().built_dim(0)
                && built != features
            {
                return Err(Error::shape(format!(
                    "expected {built} features in the {what}, found {}: {} keeps the features of its first call; use another one for \
                     this input",
                    ShapeError::new("").dim(features).text(" in ").shape(input),
                    self.name,
                )));
            }
        }
        let (query, key, value) = (inputs[0].dim(-1)?, key.dim(-1)?, inputs[1].dim(-1)?);
        self.query.build(&[query], &[count, dim])?;
        self.key.build(&[key], &[kv_count, dim])?;
        if let Some(gate) = self.gate {
            gate.build(&[query], &[count, value_dim])?;
        }
        self.value.build(&[value], &[kv_count, value_dim])?;
        self.output
            .build(&[count, value_dim], &output.dims()[rank - 1..])
    }

    /// The output, and with `scores` the weights.
    pub fn run(
        &self,
        [query, value]: [&Tensor; 2],
        arguments: &AttentionArguments,
        training: bool,
        scores: bool,
    ) -> (Tensor, Option<Tensor>) {
        match self.attend([query, value], arguments, training, scores) {
            Ok(found) => found,
            Err(error) => (
                Tensor::failed(error.clone()),
                scores.then(|| Tensor::failed(error)),
            ),
        }
    }

    fn attend(
        &self,
        [query, value]: [&Tensor; 2],
        arguments: &AttentionArguments,
        training: bool,
        scores: bool,
    ) -> Result<(Tensor, Option<Tensor>)> {
        let rank = query.shape().rank();
        let axes = self.heads.axes(rank);
        let is_plain = rank == 3;
        if arguments.use_causal_mask && axes.len() > 1 {
            return Err(Error::value(format!(
                "{} looks along {} axes, in which there is no past for a causal mask; `attention_axes` names one",
                self.name,
                axes.len()
            )));
        }
        let project = |projection: &Projection, x: &Tensor| projection.apply(&x.without_mask(), 1);
        let q = project(self.query, query);
        let k = project(self.key, arguments.key.as_ref().unwrap_or(value));
        let gate = self.gate.map(|gate| project(gate, query).sigmoid());
        let v = project(self.value, value);

        let order = Order::new(rank, &axes);
        let weights = order.weights(&q.shape(), &v.shape());
        let masks = masks(query, value, arguments, &weights, axes.len())?;
        let masks: Vec<Tensor> = match is_plain {
            true => masks,
            false => masks
                .iter()
                .map(|mask| order.fold_mask(mask, &weights))
                .collect(),
        };
        let options = AttentionOptions {
            causal: arguments.use_causal_mask,
            window: self.heads.window,
            dropout: if training { self.heads.dropout } else { 0.0 },
            // As Keras computes it: by `dot_product_attention` if nothing asks for the weights, by a masked `Softmax` otherwise.
            unseeing: match self.heads.dropout > 0.0 || scores || !is_plain {
                true => Unseeing::Zeros,
                false => Unseeing::Mean,
            },
            ..AttentionOptions::new(1.0 / (self.heads.dim as f64).sqrt())
        };
        let heads = |x: &Tensor| match is_plain {
            true => x.clone(),
            false => order.fold(x),
        };
        let [folded_q, folded_k, folded_v] = [&q, &k, &v].map(heads);
        let (found, all) = self.seed.run(|| match scores {
            true => {
                let (found, all) =
                    attention_with_scores(&folded_q, &folded_k, &folded_v, &masks, options);
                (found, Some(all.reshape(weights)))
            }
            false => (
                attention(&folded_q, &folded_k, &folded_v, &masks, options),
                None,
            ),
        });
        let found = match is_plain {
            true => found,
            false => order.unfold(&found, &q.shape().with(rank, self.heads.value_dim)),
        };
        let found = match &gate {
            Some(gate) => found * gate,
            None => found,
        };
        let output = self.output.apply(&found, 2);
        // In the order in which Keras lists them: those of a layer before those of what is in it.
        let of_layer = [Some(&output), all.as_ref()];
        let of_layer = of_layer.into_iter().filter(|_| self.penalizes_layer);
        let of_parts = [Some(&q), Some(&k), gate.as_ref(), Some(&v), Some(&output)];
        for part in of_layer.chain(of_parts).flatten() {
            let _ = activity::penalize(self.activity_regularizer, part.clone());
        }
        Ok((output.with_mask(query.mask()), all))
    }

    /// Runs a layer on a query, a value and what else the call is told: the output, and with `scores` the weights.
    #[track_caller]
    pub fn call_with<L: Layer>(
        &self,
        layer: &L,
        (query, value): (Tensor, Tensor),
        arguments: AttentionArguments,
        training: bool,
        scores: bool,
    ) -> (Tensor, Option<Tensor>) {
        let AttentionArguments {
            key,
            attention_mask,
            use_causal_mask,
        } = arguments;
        let build = |(query, value, key, _): &(Shape, Shape, Option<Shape>, Option<Shape>)| {
            let all = [Some(*query), Some(*value), *key];
            self.build(&all.into_iter().flatten().collect::<Vec<_>>())
        };
        let inputs = (query, value, key, attention_mask);
        call_as(layer, inputs, training, build, |inputs| {
            let (query, value, key, attention_mask) = inputs;
            let arguments = AttentionArguments {
                key,
                attention_mask,
                use_causal_mask,
            };
            self.run([&query, &value], &arguments, training, scores)
        })
    }

    /// Runs a layer on a query, a value and, if they are given, a key and an attention mask.
    pub fn call_any<L: Layer>(
        &self,
        layer: &L,
        inputs: Vec<Tensor>,
        training: bool,
    ) -> Vec<Tensor> {
        let count = inputs.len();
        let mut inputs = inputs.into_iter();
        let (Some(query), Some(value), 2..=4) = (inputs.next(), inputs.next(), count) else {
            return vec![Tensor::failed(Error::value(format!(
                "{} takes a query and a value, and may take a key and an attention mask, found {count} tensors",
                self.name
            )))];
        };
        let arguments = AttentionArguments {
            key: inputs.next(),
            attention_mask: inputs.next(),
            use_causal_mask: false,
        };
        vec![
            self.call_with(layer, (query, value), arguments, training, false)
                .0,
        ]
    }
}

/// How several axes of steps become one, and those that are not looked along part of the batch.
struct Order {
    /// The axes of projected queries, `[batch, steps.., heads, dim]`, in the order batch, not looked along, looked along, heads, dim.
    axes: Vec<isize>,
    /// How many belong to the batch.
    lead: usize,
}

impl Order {
    /// For inputs of a rank that are looked at along `attended`.
    fn new(rank: usize, attended: &[usize]) -> Order {
        let others = (1..rank - 1).filter(|axis| !attended.contains(axis));
        let mut axes: Vec<usize> = std::iter::once(0).chain(others).collect();
        let lead = axes.len();
        axes.extend(attended);
        axes.extend([rank - 1, rank]);
        Order {
            axes: axes.into_iter().map(|axis| axis as isize).collect(),
            lead,
        }
    }

    /// The dimensions in that order.
    fn dims(&self, projected: &Shape) -> Vec<usize> {
        self.axes
            .iter()
            .map(|&axis| projected[axis as usize])
            .collect()
    }

    /// The shape of all weights: `[batch.., heads, queries.., keys..]`.
    fn weights(&self, query: &Shape, value: &Shape) -> Shape {
        let (q, v) = (self.dims(query), self.dims(value));
        let steps = self.lead..q.len() - 2;
        let heads = q[q.len() - 2];
        Shape::new(&[&q[..self.lead], &[heads], &q[steps.clone()], &v[steps]].concat())
    }

    /// `[batch, steps, heads, dim]`.
    fn fold(&self, x: &Tensor) -> Tensor {
        let dims = self.dims(&x.shape());
        let (steps, tail) = dims.split_at(dims.len() - 2);
        let (lead, steps) = steps.split_at(self.lead);
        let shape = [
            Shape::new(lead).num_elements(),
            Shape::new(steps).num_elements(),
            tail[0],
            tail[1],
        ];
        x.transpose(&self.axes).reshape(Shape::new(&shape))
    }

    /// Back from `[batch, steps, heads, dim]`.
    fn unfold(&self, x: &Tensor, shape: &Shape) -> Tensor {
        let mut back = vec![0; self.axes.len()];
        for (i, &axis) in self.axes.iter().enumerate() {
            back[axis as usize] = i as isize;
        }
        x.reshape(Shape::new(&self.dims(shape))).transpose(back)
    }

    /// A mask of the rank of all weights as one of `[batch, heads, queries, keys]`.
    fn fold_mask(&self, mask: &Tensor, weights: &Shape) -> Tensor {
        let heads = mask.shape()[self.lead];
        let whole = weights.with(self.lead, heads);
        let (lead, rest) = whole.dims().split_at(self.lead);
        let (queries, keys) = rest[1..].split_at((rest.len() - 1) / 2);
        let [lead, queries, keys] =
            [lead, queries, keys].map(|dims| Shape::new(dims).num_elements());
        mask.broadcast_to(whole)
            .reshape(Shape::new(&[lead, heads, queries, keys]))
    }
}
