//! What every layer promises, checked for all of them: shapes, configuration, copies, freezing, gradients, odd batches, errors.

#![allow(clippy::result_large_err)] // a `ShapeError` holds its message in place

use nn_core::ops::Interpolation;
use nn_core::random::{Stream, with_stream};
use nn_core::registry::{AnyLayer, layer_from_config};
use nn_core::set_floatx;
use nn_core::trace::{trace_on, trace_with};
use nn_core::{
    DType, GradientTape, Graph, Initializer, Layer, Module, Padding, Regularizer, Shape, Tensor,
    UNKNOWN, testing,
};
use nn_layers::applications::{PositionEmbedding, TransformerEncoder};
use nn_layers::*;
use serde_json::Value;

fn bits_of(t: &Tensor) -> Vec<u32> {
    // Indices are whole numbers.
    let values = t.cast(DType::F32).to_vec::<f32>();
    let values = values.unwrap_or_else(|e| panic!("{e}"));
    values.into_iter().map(f32::to_bits).collect()
}

/// The shape that a layer makes of shapes.
type ShapeOf = dyn Fn(&AnyLayer, &[Shape]) -> Result<Shape, ShapeError>;

/// One layer and what it is checked with. Of any type: the checks would be compiled for each of them anew.
struct Check {
    make: Box<dyn Fn() -> AnyLayer>,
    /// The type's `from_config`.
    read: fn(&Value) -> nn_core::Result<AnyLayer>,
    /// The layer's `output_shape`.
    output_shape: Box<ShapeOf>,
    /// Shapes of its inputs, without the batch.
    inputs: &'static [&'static [usize]],
    /// Shapes, with the batch, that it does not take.
    wrong: &'static [&'static [&'static [usize]]],
    /// Values of integer inputs; floats otherwise.
    indices: Option<usize>,
}

fn batched(inputs: &[&[usize]], batch: usize) -> Vec<Shape> {
    inputs
        .iter()
        .map(|dims| Shape::new(dims).insert(0, batch).unwrap())
        .collect()
}

/// Numbers of both signs, away from 0 and from each other, so that no kink is within reach of a difference.
fn numbers(shape: Shape, seed: usize) -> Tensor {
    let n = shape.num_elements();
    let step = 1.6 / n.max(1) as f64;
    let value = |i: usize| {
        // A permutation, since 7919 is prime and larger than any n here.
        let k = ((i + seed) * 7919) % n.max(1);
        (0.2 + step * (k as f64 + 0.5)) * if k.is_multiple_of(2) { 1.0 } else { -1.0 }
    };
    Tensor::from_vec((0..n).map(value).collect::<Vec<f64>>(), shape)
}

fn traced(layer: &AnyLayer, inputs: Vec<Tensor>) -> nn_core::Result<Graph> {
    trace_with(layer, inputs, false, |inputs| {
        (**layer).call_dyn(inputs, false)
    })
}

impl Check {
    /// Of a layer of this type, without inputs.
    fn of<L: Layer<Output = Tensor>>(
        make: fn() -> L,
        output_shape: fn(&L, &[Shape]) -> Result<Shape, ShapeError>,
    ) -> Check {
        let shape = move |layer: &AnyLayer, inputs: &[Shape]| {
            let layer = (**layer).as_any().downcast_ref().expect("it was made here");
            output_shape(layer, inputs)
        };
        Check {
            make: Box::new(move || Box::new(make())),
            read: |config| Ok(Box::new(L::from_config(config)?)),
            output_shape: Box::new(shape),
            inputs: &[],
            wrong: &[],
            indices: None,
        }
    }

    fn values(&self, shapes: &[Shape], dtype: DType) -> Vec<Tensor> {
        let draw = |(i, shape): (usize, &Shape)| match self.indices {
            Some(n) => Tensor::from_vec(
                (0..shape.num_elements())
                    .map(|k| (k * 7 % n) as i64)
                    .collect(),
                *shape,
            ),
            None => numbers(*shape, i).cast(dtype),
        };
        shapes.iter().enumerate().map(draw).collect()
    }

    fn call(&self, layer: &AnyLayer, inputs: &[Tensor], training: bool) -> Tensor {
        // The same chance each time.
        with_stream(Stream::new(1), || {
            self.call_in_stream(layer, inputs, training)
        })
    }

    fn call_in_stream(&self, layer: &AnyLayer, inputs: &[Tensor], training: bool) -> Tensor {
        let outputs = (**layer).call_dyn(inputs.to_vec(), training);
        let [output] = outputs.try_into().expect("one output");
        output
    }

    fn all(&self) {
        self.shapes();
        self.replays();
        self.configuration();
        self.copies_and_freezing();
        self.errors();
        set_floatx(DType::F64);
        self.gradients(false);
        self.gradients(true);
        set_floatx(DType::F32);
    }

    /// The graph of a trace gives the bits of `call`, in inference and in training, for batches of other sizes and twice in a row: outputs,
    /// gradients of parameters, added losses and new values of buffers.
    fn replays(&self) {
        let layer = (self.make)();
        let unknown = self.values(&batched(self.inputs, 1), DType::F32);
        let unknown: Vec<Tensor> = unknown
            .iter()
            .map(|t| Tensor::abstract_of(t.shape().with(0, UNKNOWN), t.dtype()))
            .collect();
        for training in [false, true] {
            let traced = trace_with(&layer, unknown.clone(), training, |inputs| {
                vec![self.call_in_stream(&layer, &inputs, training)]
            });
            let graph = traced.unwrap_or_else(|e| panic!("{e}"));
            for batch in [3, 1, 3] {
                let inputs = self.values(&batched(self.inputs, batch), DType::F32);
                let graph = graph.with_parameters_of(&layer);
                let bits = |run: &dyn Fn() -> (Tensor, Vec<Tensor>)| {
                    let tape = GradientTape::new();
                    let mut sources = inputs.clone();
                    sources.retain(|x| x.dtype().is_float());
                    sources.iter().for_each(|x| tape.watch(x));
                    let parameters = layer.trainable_parameters();
                    sources.extend(parameters.iter().map(|p| p.value()));
                    let (output, losses) = run();
                    let target = losses
                        .iter()
                        .fold((output.cast(DType::F32) * 1.25).sum(), |sum, loss| {
                            sum + loss
                        });
                    let gradients = tape.gradient_or_zeros(&target, &sources).unwrap();
                    let mut all = vec![output];
                    all.extend(losses);
                    all.extend(gradients);
                    all.iter().map(bits_of).collect::<Vec<_>>()
                };
                let replayed = std::cell::RefCell::new(Vec::new());
                let again = bits(&|| {
                    let run = with_stream(Stream::new(1), || graph.replay(&inputs)).unwrap();
                    *replayed.borrow_mut() = run.updates;
                    (run.outputs[0].clone(), run.losses)
                });
                let called = bits(&|| collect_losses(|| self.call(&layer, &inputs, training)));
                assert_eq!(
                    again, called,
                    "training {training}, a batch of {batch}\n{graph}"
                );
                for (path, value) in replayed.into_inner() {
                    let parameters = layer.parameters();
                    let written = parameters.iter().find(|p| p.path() == path).unwrap();
                    assert_eq!(bits_of(&value), bits_of(&written.value()), "{path}");
                }
            }
            assert!(training || graph.updates().is_empty());
        }
    }

    /// `output_shape`, the trace and what comes out agree, for batches of no, one and several samples.
    fn shapes(&self) {
        let unknown = batched(self.inputs, UNKNOWN);
        let dtype = self.indices.map_or(DType::F32, |_| DType::I64);
        let leaves = |shapes: &[Shape]| {
            shapes
                .iter()
                .map(|s| Tensor::abstract_of(*s, dtype))
                .collect::<Vec<_>>()
        };
        let layer = (self.make)();
        let graph = traced(&layer, leaves(&unknown)).unwrap();
        let traced = graph.shape(graph.outputs()[0]);
        assert_eq!(
            (self.output_shape)(&layer, &unknown).unwrap(),
            traced,
            "with an unknown batch"
        );
        assert_eq!(traced[0], UNKNOWN);
        for batch in [3, 1, 0] {
            let shapes = batched(self.inputs, batch);
            for training in [false, true] {
                let output = self
                    .call(&layer, &self.values(&shapes, DType::F32), training)
                    .into_result()
                    .unwrap();
                assert_eq!(
                    output.shape(),
                    traced.with(0, batch),
                    "with a batch of {batch}"
                );
                assert_eq!(
                    (self.output_shape)(&layer, &shapes).unwrap(),
                    output.shape()
                );
                assert!(
                    output
                        .cast(DType::F32)
                        .to_vec::<f32>()
                        .unwrap()
                        .iter()
                        .all(|v| v.is_finite())
                );
            }
        }
        let parameters = layer.parameters();
        assert!(parameters.iter().all(|p| {
            p.is_built()
                && p.value()
                    .to_vec::<f32>()
                    .unwrap()
                    .iter()
                    .all(|v| v.is_finite())
        }));
    }

    fn configuration(&self) {
        let layer = (self.make)();
        let config = layer.config();
        assert_eq!(config["class_name"].as_str(), (*layer).class_name());
        assert_eq!((self.read)(&config).unwrap().config(), config);
        let text = serde_json::to_string(&config).unwrap();
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            config,
            "written and read"
        );
        let by_name = layer_from_config(&config).unwrap();
        assert_eq!(by_name.config(), config);
        // Everything that has a default may be missing, and what is not known is named.
        let mut unknown = config.clone();
        unknown["config"]["kernel_regularise"] = serde_json::Value::Null;
        let error = (self.read)(&unknown).err().unwrap().to_string();
        assert!(
            error.contains("unknown entry `kernel_regularise`"),
            "{error}"
        );
        // By name it takes the same tensors.
        let inputs = self.values(&batched(self.inputs, 2), DType::F32);
        let called = by_name.call_dyn(inputs.clone(), false);
        assert_eq!(called.len(), 1);
        let shape = self.call(&layer, &inputs, false).shape();
        assert_eq!(called[0].shape(), shape, "{:?}", called[0]);
    }

    fn copies_and_freezing(&self) {
        let layer = (self.make)();
        let inputs = self.values(&batched(self.inputs, 4), DType::F32);
        let bits = |layer: &AnyLayer| -> Vec<Vec<u32>> {
            let values = |p: &nn_core::Parameter<'_>| {
                p.value()
                    .to_vec::<f32>()
                    .unwrap()
                    .iter()
                    .map(|v| v.to_bits())
                    .collect()
            };
            layer.parameters().iter().map(values).collect()
        };
        let _ = self.call(&layer, &inputs, true).into_result().unwrap();
        let copy = (*layer).clone_dyn();
        assert_eq!(bits(&copy), bits(&layer));
        let output = |layer: &AnyLayer| bits_of(&self.call(layer, &inputs, false));
        assert_eq!(output(&copy), output(&layer));

        layer.set_trainable(false);
        assert!(layer.trainable_parameters().is_empty());
        let before = bits(&layer);
        let _ = self.call(&layer, &inputs, true).into_result().unwrap();
        assert_eq!(bits(&layer), before, "frozen");
        assert_eq!(bits(&copy), before, "a copy has parameters of its own");
    }

    /// Wrong shapes give errors that name the layer, with and without values.
    fn errors(&self) {
        for wrong in self.wrong {
            let shapes: Vec<Shape> = wrong.iter().map(|dims| Shape::new(dims)).collect();
            let layer = (self.make)();
            let _ = self
                .call(
                    &layer,
                    &self.values(&batched(self.inputs, 2), DType::F32),
                    false,
                )
                .into_result()
                .unwrap();
            let error = self
                .call(&layer, &self.values(&shapes, DType::F32), false)
                .into_result();
            let error = error.expect_err(&format!("{wrong:?}")).to_string();
            assert!(error.starts_with((*layer).class_name().unwrap()), "{error}");
            let abstracts = shapes
                .iter()
                .map(|s| Tensor::abstract_of(*s, DType::F32))
                .collect();
            assert!(traced(&layer, abstracts).is_err(), "{wrong:?} in a trace");
        }
    }

    /// Gradients of inputs and parameters against central differences, in f64.
    fn gradients(&self, training: bool) {
        let layer = (self.make)();
        let inputs = self.values(&batched(self.inputs, 3), DType::F64);
        let shape = self.call(&layer, &inputs, false).shape();
        for (i, p) in layer.parameters().iter().enumerate() {
            let positive = p.is_buffer().then(|| numbers(p.shape(), i).abs());
            p.set_value(&positive.unwrap_or_else(|| numbers(p.shape(), i)))
                .unwrap();
        }
        let buffers: Vec<Tensor> = layer.parameters().iter().map(|p| p.value()).collect();
        let upstream = numbers(shape, 3);
        let target = |inputs: &[Tensor]| {
            for (p, value) in layer
                .parameters()
                .iter()
                .zip(&buffers)
                .filter(|(p, _)| p.is_buffer())
            {
                p.set_value(value).unwrap();
            }
            (self.call(&layer, inputs, training).cast(DType::F64) * &upstream).sum()
        };

        let floats: Vec<Tensor> = inputs
            .iter()
            .filter(|x| x.dtype().is_float())
            .cloned()
            .collect();
        let trainable = layer.trainable_parameters();
        let mut sources = floats.clone();
        sources.extend(trainable.iter().map(|p| p.value()));
        let tape = GradientTape::new();
        floats.iter().for_each(|x| tape.watch(x));
        let gradients = tape.gradient_or_zeros(&target(&inputs), &sources).unwrap();

        // The error of a central difference is about h² times the third derivative, and rounding 1e-16 / h.
        let (h, tolerance) = (1e-5, 1e-5);
        for (k, gradient) in gradients.iter().enumerate() {
            let values = sources[k].to_vec::<f64>().unwrap();
            let found = gradient.to_vec::<f64>().unwrap();
            for i in 0..values.len() {
                let moved = |by: f64| {
                    let mut values = values.clone();
                    values[i] += by;
                    let value = Tensor::from_vec(values, sources[k].shape());
                    if k < floats.len() {
                        let mut inputs = inputs.clone();
                        inputs[k] = value;
                        return target(&inputs).item::<f64>().unwrap();
                    }
                    let p = &trainable[k - floats.len()];
                    let before = p.value();
                    p.set_value(&value).unwrap();
                    let result = target(&inputs).item::<f64>().unwrap();
                    p.set_value(&before).unwrap();
                    result
                };
                let expected = (moved(h) - moved(-h)) / (2.0 * h);
                assert!(
                    testing::close(found[i], expected, tolerance),
                    "training {training}: derivative {i} of source {k} is {}, by differences {expected}",
                    found[i]
                );
            }
        }
    }
}

/// A test of a layer from one tensor.
macro_rules! one {
    ($name:ident: $make:expr, $input:expr $(, indices $indices:expr)? $(, wrong $($wrong:expr),+)?) => {
        #[test]
        fn $name() {
            Check {
                inputs: &[&$input],
                wrong: &[$($(&[&$wrong]),+)?],
                indices: None$(.or(Some($indices)))?,
                ..Check::of(|| $make, |layer, inputs| layer.output_shape(&inputs[0]))
            }
            .all();
        }
    };
}

/// A test of a layer from several tensors.
macro_rules! several {
    ($name:ident: $make:expr, $($input:expr),+; $(indices $indices:expr;)? wrong $($wrong:expr),+) => {
        #[test]
        fn $name() {
            Check {
                inputs: &[$(&$input),+],
                wrong: &[$(&$wrong),+],
                indices: None$(.or(Some($indices)))?,
                ..Check::of(|| $make, |layer, inputs| layer.output_shape(inputs))
            }
            .all();
        }
    };
}

one!(dense: Dense::new(3).activation(Activation::Tanh), [4], wrong [4], [2, 5], [2, 4, 5]);
one!(dense_of_rank_4: Dense::new(2).use_bias(false).activation(Activation::Softmax), [2, 3, 4], wrong [2, 3, 5]);
one!(dense_regularized: Dense::new(2).kernel_regularizer(Regularizer::l2(0.1)).bias_initializer(Initializer::Ones), [3]);
one!(dropout: Dropout::new(0.4), [5, 2]);
one!(conv2d: Conv2D::new(3, 2).activation(Activation::Sigmoid), [4, 3, 2], wrong [2, 784], [2, 4, 3, 5], [2, 1, 3, 2]);
one!(conv2d_same: Conv2D::new(4, 3).padding(Padding::Same).strides(2).groups(2), [5, 4, 2], wrong [2, 5, 4]);
one!(conv2d_dilated: Conv2D::new(2, 2).kernel_size_by_side([2, 1]).dilation_rate(2).use_bias(false), [4, 3, 2], wrong [2, 2, 3, 2]);
one!(conv1d: Conv1D::new(3, 2).activation(Activation::Tanh), [4, 2], wrong [2, 784], [2, 4, 5], [2, 1, 2]);
one!(conv1d_causal: Conv1D::new(4, 3).padding(Padding::Causal).strides(2).groups(2), [5, 2], wrong [2, 5, 4, 2]);
one!(conv3d: Conv3D::new(2, 2).kernel_size_by_side([1, 2, 2]).dilation_rate_by_side([1, 2, 1]), [2, 3, 2, 2], wrong [2, 784], [2, 2, 3, 2, 3]);
one!(conv1d_transpose: Conv1DTranspose::new(3, 3).strides(2).output_padding(1), [3, 2], wrong [2, 784], [2, 3, 5], [2, 0, 2]);
one!(conv2d_transpose: Conv2DTranspose::new(2, 3).strides(2).padding(Padding::Same).activation(Activation::Sigmoid), [2, 3, 2], wrong [2, 784], [2, 2, 3, 5], [2, 0, 3, 2]);
one!(conv3d_transpose: Conv3DTranspose::new(2, 2).strides_by_side([1, 2, 1]).use_bias(false), [2, 1, 2, 2], wrong [2, 784], [2, 2, 1, 2, 3]);
one!(depthwise_conv1d: DepthwiseConv1D::new(2).depth_multiplier(2), [4, 2], wrong [2, 784], [2, 4, 5], [2, 1, 2]);
one!(depthwise_conv2d: DepthwiseConv2D::new(3).padding(Padding::Same).strides(2).activation(Activation::Tanh), [4, 3, 2], wrong [2, 784], [2, 4, 3, 5]);
one!(separable_conv1d: SeparableConv1D::new(3, 2).depth_multiplier(2), [4, 2], wrong [2, 784], [2, 4, 5], [2, 1, 2]);
one!(separable_conv2d: SeparableConv2D::new(3, 2).padding(Padding::Same).use_bias(false), [3, 3, 2], wrong [2, 784], [2, 3, 3, 5]);
one!(max_pooling1d: MaxPooling1D::new(2), [5, 2], wrong [2, 784], [2, 1, 2]);
one!(max_pooling3d: MaxPooling3D::new(2).strides(1), [2, 3, 2, 2], wrong [2, 784], [2, 2, 1, 2, 2]);
one!(average_pooling1d: AveragePooling1D::new(3).strides(2).padding(Padding::Same), [5, 2], wrong [2, 784]);
one!(average_pooling3d: AveragePooling3D::new(2).pool_size_by_side([2, 1, 2]), [2, 3, 2, 2], wrong [2, 784], [2, 1, 1, 2, 2]);
one!(adaptive_max_pooling1d: AdaptiveMaxPooling1D::new(2), [5, 2], wrong [2, 784], [2, 0, 2]);
one!(adaptive_max_pooling2d: AdaptiveMaxPooling2D::new(2).output_size_by_side([2, 3]), [5, 4, 2], wrong [2, 784], [2, 0, 4, 2]);
one!(adaptive_max_pooling3d: AdaptiveMaxPooling3D::new(2), [3, 2, 3, 2], wrong [2, 784]);
one!(adaptive_average_pooling1d: AdaptiveAveragePooling1D::new(3), [5, 2], wrong [2, 784], [2, 0, 2]);
one!(adaptive_average_pooling2d: AdaptiveAveragePooling2D::new(2), [5, 4, 2], wrong [2, 784]);
one!(adaptive_average_pooling3d: AdaptiveAveragePooling3D::new(2).output_size_by_side([1, 2, 2]), [3, 2, 3, 2], wrong [2, 784]);
one!(up_sampling1d: UpSampling1D::new(3), [4, 2], wrong [2, 784], [2, 0, 2]);
one!(up_sampling2d: UpSampling2D::new(2), [2, 3, 2], wrong [2, 784], [2, 0, 3, 2]);
one!(up_sampling2d_bicubic: UpSampling2D::new(2).size_by_side([3, 1]).interpolation(Interpolation::Bicubic), [3, 3, 2], wrong [2, 784]);
one!(up_sampling3d: UpSampling3D::new(2), [2, 1, 2, 2], wrong [2, 784]);
one!(max_pooling: MaxPooling2D::new(2), [5, 4, 2], wrong [2, 784], [2, 1, 4, 2]);
one!(max_pooling_same: MaxPooling2D::new(3).strides(2).padding(Padding::Same), [5, 4, 2], wrong [2, 3, 3]);
one!(average_pooling: AveragePooling2D::new(2), [5, 4, 2], wrong [2, 784], [2, 1, 4, 2]);
one!(average_pooling_same: AveragePooling2D::new(3).strides_by_side([2, 1]).padding(Padding::Same), [5, 4, 2], wrong [2, 3, 3]);
one!(global_average_pooling: GlobalAveragePooling2D::new(), [3, 2, 4], wrong [2, 784], [2, 0, 3, 4]);
one!(global_max_pooling: GlobalMaxPooling2D::new().keepdims(true), [3, 2, 4], wrong [2, 784], [2, 0, 3, 4]);
one!(flatten: Flatten::new(), [3, 2, 4], wrong []);
one!(reshape: Reshape::new([2, -1]), [3, 4], wrong [2, 5], []);
one!(activation: ActivationLayer::new(Activation::Gelu), [3, 4]);
one!(relu: ReLU::new().max_value(1.0).negative_slope(0.3).threshold(0.1), [3, 4]);
one!(leaky_relu: LeakyReLU::new(), [3, 4]);
one!(elu: ELU::new().alpha(0.7), [3, 4]);
one!(prelu: PReLU::new(), [3, 4], wrong [2, 3, 5], []);
one!(prelu_shared: PReLU::new().shared_axes([1, 2]).alpha_initializer(Initializer::Constant { value: 0.2 }), [3, 2, 4], wrong [2, 3]);
one!(softmax: Softmax::new(), [3, 4], wrong []);
one!(softmax_of_axes: Softmax::new().axes([1, -1]), [3, 4], wrong [2]);
one!(zero_padding: ZeroPadding2D::new(0).padding_by_side([[1, 0], [2, 1]]), [3, 2, 4], wrong [2, 784]);
one!(embedding: Embedding::new(5, 3), [4], indices 5, wrong [1, 1, 1, 1, 1, 1, 1, 1]);
one!(layer_normalization: LayerNormalization::new(), [3, 4], wrong [2, 3, 5], []);
one!(layer_normalization_of_axes: LayerNormalization::new().axes([-1, 1]).epsilon(1e-6).center(false), [3, 2], wrong [2]);
one!(batch_normalization: BatchNormalization::new(), [3, 4], wrong [2, 3, 5], [2]);
one!(batch_normalization_axis: BatchNormalization::new().axis(1).momentum(0.5).scale(false), [3, 4], wrong [2, 4, 4]);
one!(simple_rnn: SimpleRNN::new(3), [4, 2], wrong [2, 4], [2, 4, 5], [2, 0, 2]);
one!(simple_rnn_dropped: SimpleRNN::new(2).activation(Activation::Softsign).dropout(0.4).recurrent_dropout(0.4).use_bias(false), [3, 2], wrong [2, 3, 5]);
one!(lstm: LSTM::new(3).return_sequences(true).dropout(0.3), [4, 2], wrong [2, 4], [2, 4, 5], [2, 0, 2]);
one!(lstm_backwards: LSTM::new(2).go_backwards(true).unit_forget_bias(false).recurrent_regularizer(Regularizer::l2(0.1)), [3, 2], wrong [2]);
one!(lstm_dropped: LSTM::new(2).recurrent_dropout(0.4).dropout(0.2).recurrent_activation(Activation::HardSigmoid), [3, 2], wrong [2]);
one!(gru: GRU::new(3).go_backwards(true).return_sequences(true), [4, 2], wrong [2, 4], [2, 4, 5], [2, 0, 2]);
one!(gru_reset_before: GRU::new(2).reset_after(false).dropout(0.3), [3, 2], wrong [2, 3, 5]);
one!(gru_dropped: GRU::new(2).recurrent_dropout(0.4).recurrent_initializer(Initializer::GlorotNormal), [3, 2], wrong [2]);
one!(gru_dropped_reset_before: GRU::new(2).recurrent_dropout(0.4).reset_after(false), [3, 2], wrong [2]);
one!(simple_rnn_cell: RNN::new(SimpleRNNCell::new(3).dropout(0.3)).return_sequences(true), [4, 2], wrong [2], [2, 0, 2]);
one!(lstm_cell: RNN::new(LSTMCell::new(2).recurrent_dropout(0.4)).go_backwards(true), [3, 2], wrong [2], [2, 0, 2]);
one!(gru_cell: RNN::new(GRUCell::new(2).reset_after(false)), [3, 2], wrong [2], [2, 0, 2]);
one!(stacked_rnn_cells: RNN::new(StackedRNNCells::new().add(GRUCell::new(2)).add(LSTMCell::new(3))), [3, 2], wrong [2], [2, 0, 2]);
one!(bidirectional: Bidirectional::new(GRU::new(2).return_sequences(true).dropout(0.3)), [3, 2], wrong [2]);
one!(bidirectional_product: Bidirectional::new(LSTM::new(2)).merge_mode(MergeMode::Mul), [3, 2], wrong [2]);
one!(time_distributed: TimeDistributed::new(Dense::new(3).activation(Activation::Tanh)), [3, 2], wrong [2, 3]);
one!(time_distributed_step_by_step: TimeDistributed::new(BatchNormalization::new()), [3, 2], wrong [2, 3], [2, 0, 2]);
one!(conv_lstm1d: ConvLSTM1D::new(2, 2).return_sequences(true), [3, 4, 1], wrong [2, 3, 4], [2, 3, 1, 1], [2, 3, 4, 2], [2, 0, 4, 1]);
one!(conv_lstm1d_dropped: ConvLSTM1D::new(2, 2).dropout(0.3).recurrent_dropout(0.4).use_bias(false), [2, 4, 1], wrong [2, 3, 4]);
one!(conv_lstm2d: ConvLSTM2D::new(2, 2).strides(2).padding(Padding::Same).go_backwards(true), [2, 3, 3, 1], wrong [2, 3, 4]);
one!(conv_lstm2d_dilated: ConvLSTM2D::new(1, 2).dilation_rate_by_side([1, 2]).recurrent_activation(Activation::HardSigmoid), [2, 2, 3, 1], wrong [2, 2, 2, 2, 1]);
one!(conv_lstm3d: ConvLSTM3D::new(1, 2).kernel_size_by_side([1, 2, 2]), [2, 2, 2, 3, 1], wrong [2, 3, 4]);
one!(rescaling: Rescaling::by_channel(&[0.5, 2.0], &[1.0, 0.0]), [3, 2], wrong [2, 3]);
one!(normalization: Normalization::new(), [3, 4], wrong [2, 3, 5], []);
one!(normalization_of_axes: Normalization::new().axes([1, -1]).invert(true), [3, 2], wrong [2]);
one!(normalization_given: Normalization::new().means_and_variances(&[0.5, 1.0], &[2.0, 0.5]), [3, 2], wrong [2, 3]);
one!(category_encoding: CategoryEncoding::new(5), [4], indices 5);
one!(category_encoding_one_hot: CategoryEncoding::new(5).output_mode(OutputMode::OneHot), [2, 1], indices 5);
one!(category_encoding_count: CategoryEncoding::new(3).output_mode(OutputMode::Count), [2, 3], indices 5);
one!(discretization: Discretization::new([-0.5, 0.0, 0.5]), [3, 2]);
one!(discretization_one_hot: Discretization::new([0.0]).output_mode(OutputMode::OneHot), [3, 1], wrong [1, 1, 1, 1, 1, 1, 1, 2]);
one!(hashing: Hashing::new(7).mask_value(3), [4], indices 5);
one!(hashing_counts: Hashing::new(7).salt([1, 2]).output_mode(OutputMode::Count), [4], indices 5);
one!(integer_lookup: IntegerLookup::new().vocabulary([3, 1]).mask_token(4), [3, 2], indices 6);
one!(integer_lookup_counts: IntegerLookup::new().vocabulary([3, 1]).num_oov_indices(2).output_mode(OutputMode::Count), [3], indices 6);
one!(integer_lookup_back: IntegerLookup::new().vocabulary([3, 1]).invert(true), [3], indices 6);
one!(stft_spectrogram: STFTSpectrogram::new(4).frame_step(3), [7, 2], wrong [2, 7], [2, 3, 1]);
one!(stft_spectrogram_of_parts: STFTSpectrogram::new(3).mode(Spectrum::Stft).padding(Padding::Same).expand_dims(true), [5, 2], wrong [2, 7]);
one!(mel_spectrogram: MelSpectrogram::new().fft_length(8).sequence_stride(3).sequence_length(6).num_mel_bins(2).power_to_db(false), [11], wrong []);
one!(resizing: Resizing::new(3, 4), [4, 5, 2], wrong [2, 4], [2, 0, 5, 2]);
one!(resizing_cropped: Resizing::new(2, 3).crop_to_aspect_ratio(true), [4, 5, 2], wrong [2, 4]);
one!(resizing_padded: Resizing::new(4, 4).pad_to_aspect_ratio(true).fill_value(0.3), [3, 5, 2], wrong [2, 4]);
one!(center_crop: CenterCrop::new(2, 3), [4, 5, 2], wrong [2, 4]);
one!(center_crop_of_small_images: CenterCrop::new(5, 3), [4, 5, 2], wrong [2, 4]);
one!(random_crop: RandomCrop::new(4, 5), [4, 5, 2], wrong [2, 4]);
one!(random_flip: RandomFlip::new(), [3, 4, 2], wrong [2, 4]);
one!(random_rotation: RandomRotation::new(0.2), [4, 3, 2], wrong [2, 4]);
one!(random_zoom: RandomZoom::new(0.3).width_factor(0.2), [4, 3, 2], wrong [2, 4]);
one!(random_translation: RandomTranslation::new(0.3, 0.2).fill_mode(FillMode::Wrap), [4, 3, 2], wrong [2, 4]);
one!(random_shear: RandomShear::new(0.3, 0.2).fill_mode(FillMode::Constant), [4, 3, 2], wrong [2, 4]);
one!(random_perspective: RandomPerspective::new().scale(0.5), [4, 3, 2], wrong [2, 4]);
one!(random_contrast: RandomContrast::new(0.4).value_range([-9.0, 9.0]), [4, 3, 2], wrong [2, 4]);
one!(random_brightness: RandomBrightness::new(0.1).value_range([-9.0, 9.0]), [4, 3, 2], wrong [2, 4]);
one!(random_hue: RandomHue::new(0.2).value_range([-9.0, 9.0]), [4, 3, 3], wrong [2, 4], [2, 4, 3, 2]);
one!(random_saturation: RandomSaturation::new(0.2).value_range([-9.0, 9.0]), [2, 3, 3], wrong [2, 4], [2, 4, 3, 2]);
one!(random_sharpness: RandomSharpness::new(0.4).value_range([-9.0, 9.0]), [4, 3, 2], wrong [2, 4]);
one!(random_grayscale: RandomGrayscale::new(), [4, 3, 3], wrong [2, 4], [2, 4, 3, 2]);
one!(random_invert: RandomInvert::new(), [4, 3, 2], wrong [2, 4]);
one!(random_posterization: RandomPosterization::new(4).value_range([-9.0, 9.0]), [4, 3, 2], wrong [2, 4]);
one!(random_color_degeneration: RandomColorDegeneration::new(0.4).value_range([-9.0, 9.0]), [4, 3, 3], wrong [2, 4], [2, 4, 3, 2]);
one!(random_color_jitter: RandomColorJitter::new().brightness_factor(0.1).contrast_factor(0.2).hue_factor(0.1).value_range([-9.0, 9.0]), [4, 3, 3], wrong [2, 4], [2, 4, 3, 2]);
one!(clahe: ContrastLimitedAdaptiveHistogramEqualization::new().value_range([-9.0, 9.0]).tile_grid_size_by_side([2, 3]), [4, 5, 2], wrong [2, 4]);
one!(random_elastic_transform: RandomElasticTransform::new().value_range([-9.0, 9.0]), [4, 3, 2], wrong [2, 4]);
one!(mix_up: MixUp::new().alpha(0.6), [4, 3, 2], wrong [2, 4]);
one!(cut_mix: CutMix::new(), [4, 3, 2], wrong [2, 4]);
one!(rand_augment: RandAugment::new().value_range([-9.0, 9.0]), [4, 3, 3], wrong [2, 4], [2, 4, 3, 2]);
one!(aug_mix: AugMix::new().num_chains(2).chain_depth(1).value_range([-9.0, 9.0]), [4, 3, 3], wrong [2, 4], [2, 4, 3, 2]);
one!(random_erasing: RandomErasing::new(), [4, 3, 2], wrong [2, 4]);
one!(random_gaussian_blur: RandomGaussianBlur::new().value_range([-9.0, 9.0]), [4, 3, 2], wrong [2, 4]);
one!(solarization: Solarization::new().addition_factor(0.2).value_range([-9.0, 9.0]), [4, 3, 2], wrong [2, 4]);
one!(auto_contrast: AutoContrast::new().value_range([-9.0, 9.0]), [3, 3, 2], wrong [2, 4]);
one!(equalization: Equalization::new().value_range([-9.0, 9.0]), [4, 3, 2], wrong [2, 4]);

/// Layers of text take no tensor, and say so; the rest they promise as all others.
#[test]
fn layers_of_text() {
    let mut vectorize = TextVectorization::new().ngrams(2).max_tokens(9);
    vectorize.adapt(&["to be or not to be"]).unwrap();
    let lookup = StringLookup::new().vocabulary(["a", "b"]).mask_token("");
    for config in [vectorize.config(), lookup.config()] {
        let by_name = layer_from_config(&config).unwrap();
        assert_eq!(by_name.config(), config);
        let output = by_name.call_dyn(vec![Tensor::ones([2, 3])], false);
        let error = output[0].error().unwrap().to_string();
        assert!(error.contains("`call_text` makes the tensor"), "{error}");
    }
    let texts = ["not or", "be"];
    let bits = |layer: &TextVectorization| layer.call_text(&texts).to_vec::<i64>().unwrap();
    assert_eq!(bits(&vectorize.clone_model()), bits(&vectorize));
}

one!(permute: Permute::new([2, 1]), [3, 4], wrong [2, 3], [2, 3, 4, 5]);
one!(repeat_vector: RepeatVector::new(3), [4], wrong [2, 3, 4]);
one!(cropping1d: Cropping1D::new(1), [5, 2], wrong [2, 5], [2, 2, 3]);
one!(cropping2d: Cropping2D::new(0).cropping_by_side([[0, 1], [1, 0]]), [3, 3, 2], wrong [2, 3, 3], [2, 1, 3, 2]);
one!(cropping3d: Cropping3D::new(1), [3, 4, 3, 2], wrong [2, 3, 3], [2, 2, 3, 3, 2]);
one!(zero_padding1d: ZeroPadding1D::new(1).padding_by_side([2, 0]), [3, 2], wrong [2, 3]);
one!(zero_padding3d: ZeroPadding3D::new(1), [2, 1, 2, 2], wrong [2, 3, 3]);
one!(identity: Identity::new(), [3, 4]);
one!(masking: Masking::new(), [3, 4], wrong [2]);
one!(position_embedding: PositionEmbedding::new(5), [4, 3], wrong [2, 3], [2, 6, 3]);
one!(embedding_masked: Embedding::new(5, 3).mask_zero(true), [4], indices 5);
one!(reversible_embedding: ReversibleEmbedding::new(5, 3).mask_zero(true), [4], indices 5, wrong [1, 1, 1, 1, 1, 1, 1, 1]);
one!(einsum_dense: EinsumDense::new("abc,cde->abde", [None, Some(2), Some(3)]).bias_axes("de"), [3, 4], wrong [2, 3], [2, 3, 5]);
one!(einsum_dense_elided: EinsumDense::new("...x,xy->...y", [Some(2)]).activation(Activation::Tanh), [3, 4], wrong [2, 3, 5], [4]);
one!(einsum_dense_right: EinsumDense::new("ab...,bc->ac...", [Some(2)]).bias_axes("c"), [3, 2, 2], wrong [2, 5, 2, 2]);
one!(dropout_together: Dropout::new(0.4).noise_shape([None, Some(1), None]), [5, 2], wrong [2, 5]);
one!(spatial_dropout1d: SpatialDropout1D::new(0.4), [3, 4], wrong [2, 3]);
one!(spatial_dropout2d: SpatialDropout2D::new(0.4), [3, 2, 4], wrong [2, 3, 4]);
one!(spatial_dropout3d: SpatialDropout3D::new(0.4), [3, 2, 1, 4], wrong [2, 3, 4]);
one!(alpha_dropout: AlphaDropout::new(0.4).noise_shape([None, Some(1)]), [5], wrong [2, 5, 3]);
one!(gaussian_dropout: GaussianDropout::new(0.4), [5, 2]);
one!(gaussian_noise: GaussianNoise::new(0.4), [5, 2]);
one!(activity_regularization: ActivityRegularization::new().l1(0.5).l2(0.25), [5, 2], wrong []);
one!(group_normalization: GroupNormalization::new().groups(2), [3, 4], wrong [2, 3, 5], [2, 3, 6], [4]);
one!(group_normalization_axis: GroupNormalization::new().groups(-1).axis(1).scale(false), [3, 2, 2], wrong [2, 4, 2, 2]);
one!(rms_normalization: RMSNormalization::new(), [3, 4], wrong [2, 3, 5]);
one!(rms_normalization_of_axes: RMSNormalization::new().axes([-1, 1]).epsilon(0.1), [3, 2], wrong [2]);
one!(unit_normalization: UnitNormalization::new().axis(1), [3, 4], wrong [2]);
one!(layer_normalization_scaling: LayerNormalization::new().rms_scaling(true), [3, 4], wrong [2, 3, 5]);
one!(global_average_pooling1d: GlobalAveragePooling1D::new(), [3, 4], wrong [2, 3], [2, 0, 3]);
one!(global_average_pooling3d: GlobalAveragePooling3D::new().keepdims(true), [3, 2, 1, 4], wrong [2, 3], [2, 0, 3, 1, 4]);
one!(global_max_pooling1d: GlobalMaxPooling1D::new().keepdims(true), [3, 4], wrong [2, 3], [2, 0, 3]);
one!(global_max_pooling3d: GlobalMaxPooling3D::new(), [3, 2, 1, 4], wrong [2, 3], [2, 0, 3, 1, 4]);

/// What a trace says comes out: for layers that hold layers of types that the compiler does not know.
fn traced_shape<L: Layer>(layer: &L, inputs: &[Shape]) -> Result<Shape, ShapeError> {
    let trace = trace_on(layer, vec![Tensor::abstract_of(inputs[0], DType::F32)]);
    trace
        .map(|t| t.shape(t.outputs()[0]))
        .map_err(|e| ShapeError::new(&e.to_string()))
}

#[test]
fn spectral_normalization() {
    let check = Check {
        inputs: &[&[4]],
        wrong: &[&[&[2, 5]]],
        ..Check::of(
            || SpectralNormalization::new(Dense::new(3)).power_iterations(2),
            traced_shape,
        )
    };
    check.shapes();
    check.replays();
    check.configuration();
    check.copies_and_freezing();
    check.errors();
    // In training the gradient leaves out what differences see: the vectors that find the singular value. Keras's cases have it.
    set_floatx(DType::F64);
    check.gradients(false);
    set_floatx(DType::F32);
}

#[test]
fn batch_normalization_renorm() {
    let check = Check {
        inputs: &[&[3, 4]],
        wrong: &[&[&[2, 4, 4]]],
        ..Check::of(
            || BatchNormalization::new().renorm(true).axis(1),
            |layer, inputs| layer.output_shape(&inputs[0]),
        )
    };
    check.shapes();
    check.replays();
    check.configuration();
    check.copies_and_freezing();
    check.errors();
    // In training the gradient leaves out the corrections, as the paper says; Keras's cases have it.
    set_floatx(DType::F64);
    check.gradients(false);
    set_floatx(DType::F32);
}

#[test]
fn sequential() {
    Check {
        inputs: &[&[3, 3, 1]],
        ..Check::of(
            || {
                Sequential::new()
                    .add(Conv2D::new(2, 2))
                    .add(BatchNormalization::new())
                    .add(Flatten::new())
                    .add(Dense::new(2))
            },
            traced_shape,
        )
    }
    .all();
}

#[test]
fn transformer_encoder() {
    Check {
        inputs: &[&[3, 4], &[3]],
        ..Check::of(
            || TransformerEncoder::new(4, 2, 6).unwrap(),
            |_, inputs| Ok(inputs[0]),
        )
    }
    .all();
}

several!(hashed_crossing: HashedCrossing::new(9), [1], [1]; indices 5; wrong [&[2, 2], &[2, 2]], [&[2, 1]]);
several!(add: Add::new(), [3, 4], [3, 1]; wrong [&[2, 3], &[2, 4]], [&[2, 3], &[3, 3]]);
several!(subtract: Subtract::new(), [3, 4], [4]; wrong [&[2, 3], &[2, 4]], [&[2, 3]]);
several!(multiply: Multiply::new(), [3, 4], [3, 1], [3, 4]; wrong [&[2, 3], &[2, 4]]);
several!(average: Average::new(), [3, 4], [3, 1], [3, 4]; wrong [&[2, 3], &[2, 4]]);
several!(maximum: Maximum::new(), [3, 4], [3, 1]; wrong [&[2, 3], &[2, 4]]);
several!(minimum: Minimum::new(), [3, 4], [3, 1]; wrong [&[2, 3], &[2, 4]]);
several!(dot: Dot::new(-1), [3, 4], [2, 4]; wrong [&[2, 3, 4], &[2, 3, 5]], [&[2, 4], &[3, 4]], [&[2, 4]]);
several!(dot_normalized: Dot::new(1).axes([1, 2]).normalize(true), [4], [3, 4]; wrong [&[2, 3], &[2, 3, 4]]);
several!(concatenate: Concatenate::new().axis(-2), [3, 4], [2, 4]; wrong [&[2, 3, 4], &[2, 3, 5]], [&[2], &[2]]);
several!(multi_head_attention: MultiHeadAttention::new(2, 3).dropout(0.3), [3, 4], [5, 2]; wrong [&[2, 4], &[2, 5, 2]], [&[2, 3, 4], &[3, 5, 2]], [&[2, 3, 5], &[2, 5, 2]], [&[2, 3, 4], &[2, 5, 3]]);
several!(multi_head_attention_of_axes: MultiHeadAttention::new(2, 2).value_dim(1).output_sizes([3, 2]).attention_axes([-2]).use_gate(true).use_bias(false), [2, 3, 4], [2, 2, 4]; wrong [&[2, 2, 3, 4], &[2, 3, 2, 4]], [&[2, 4], &[2, 4]]);
several!(group_query_attention: GroupQueryAttention::new(2, 4, 2).sliding_window(2).kernel_regularizer(Regularizer::l2(0.1)), [3, 4], [3, 4]; wrong [&[2, 3, 5], &[2, 3, 4]], [&[2, 2, 3, 4], &[2, 2, 3, 4]]);
several!(attention: Attention::new().use_scale(true).dropout(0.2), [3, 4], [5, 4]; wrong [&[2, 4], &[2, 5, 4]], [&[2, 3, 4], &[2, 5, 3]]);
several!(attention_of_sums: Attention::new().score_mode(ScoreMode::Concat), [3, 4], [5, 4]; wrong [&[2, 3, 4], &[3, 5, 4]]);
several!(additive_attention: AdditiveAttention::new(), [3, 4], [5, 4]; wrong [&[2, 3, 5], &[2, 5, 5]], [&[2, 4], &[2, 5, 4]]);

/// By hand: it has two outputs.
#[test]
fn max_num_bounding_boxes() {
    let boxes = (Tensor::arange(24).cast(DType::F32)).reshape([2, 3, 4]);
    let labels = Tensor::from([[1_i64, 2, 3], [4, 5, 6]]);
    let (fewer, of_fewer) = MaxNumBoundingBoxes::new(2).forward((&boxes, &labels));
    assert_eq!(
        fewer.to_vec::<f32>().unwrap(),
        boxes.slice_axis(1, 0..2).to_vec::<f32>().unwrap()
    );
    assert_eq!(of_fewer.to_vec::<i64>().unwrap(), [1, 2, 4, 5]);
    let (more, of_more) = MaxNumBoundingBoxes::new(4)
        .fill_value(9)
        .forward((&boxes, &labels));
    assert_eq!(more.shape(), [2, 4, 4]);
    assert_eq!(more.index_axis(1, 3).to_vec::<f32>().unwrap(), [9.0; 8]);
    assert_eq!(of_more.to_vec::<i64>().unwrap(), [1, 2, 3, 9, 4, 5, 6, 9]);
    let (wrong, _) = MaxNumBoundingBoxes::new(4).forward((&boxes, &labels.slice_axis(1, 0..2)));
    let error = wrong.into_result().unwrap_err().to_string();
    assert!(
        error.contains(
            "expects boxes [batch, n, 4] and labels [batch, n], found [2, 3, 4] and [2, 2]"
        ),
        "{error}"
    );
    let layer = MaxNumBoundingBoxes::new(4).fill_value(9);
    let copy = MaxNumBoundingBoxes::from_config(&layer.config()).unwrap();
    assert_eq!(copy.config(), layer.config());
}
