//! What ConvLSTM1D, 2D and 3D have in common.

use super::frame::{Frame, Recurrence, merge_time, split_time};
use crate::core::seed::Seed;
use crate::{Activation, ShapeError};
use nn_core::ops::{ConvOptions, concatenate, conv};
use nn_core::{Error, Padding, Param, Result, Shape, Tensor, floatx, random};

/// A ConvLSTM over pictures of `N` axes, ready to run.
pub(crate) struct ConvLstm<'a, const N: usize> {
    pub frame: Frame<'a>,
    pub filters: usize,
    pub kernel_size: [usize; N],
    pub strides: [usize; N],
    pub padding: Padding,
    pub dilation_rate: [usize; N],
    pub kernel: &'a Param,
    pub recurrent_kernel: &'a Param,
    pub bias: Option<&'a Param>,
    pub activation: Activation,
    pub recurrent_activation: Activation,
    pub dropout: f64,
    pub recurrent_dropout: f64,
    pub seed: &'a Seed,
}

/// `#[model] impl` of one of the three, which have the same fields; `$layout` is what goes in.
macro_rules! conv_lstm {
    ($Layer:ident, $axes:literal, $layout:literal) => {
        // The lint takes what is generated within a macro for the author's own.
        #[allow(unused_imports)]
        #[model(crate = nn_core)]
        impl $Layer {
            /// `filters` kernels of `kernel_size` along each axis, one pixel apart, within the picture, with a bias; the kernel starts Glorot
            /// uniform, the recurrent kernel orthogonal, the bias at 0 but for the forget gate, which starts at 1.
            pub const fn new(filters: usize, kernel_size: usize) -> $Layer {
                $Layer::with_defaults(filters, [kernel_size; $axes])
            }

            /// The size of the kernel along each axis, where they differ.
            pub const fn kernel_size_by_side(mut self, kernel_size: [usize; $axes]) -> $Layer {
                self.kernel_size = kernel_size;
                self
            }

            /// A seed of the layer's own, so that what it drops depends on nothing else that is drawn.
            pub const fn seed(mut self, seed: i64) -> $Layer {
                self.seed.set(seed);
                self
            }

            /// The shape of the output: that of a convolution of one step, with the steps before it with [`Self::return_sequences`].
            ///
            /// # Errors
            /// When the input is no sequence of pictures with at least one step, there is no filter, no window fits, or what is dropped
            /// is no share below 1.
            pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
                let (dropout, recurrent_dropout) = (self.dropout, self.recurrent_dropout);
                let layer = stringify!($Layer);
                if let Err(error) = $crate::core::range::rates(layer, dropout, recurrent_dropout) {
                    return Err(error);
                }
                let windows = $crate::rnn::conv_lstm::Windows {
                    layer,
                    layout: $layout,
                    filters: self.filters,
                    kernel_size: self.kernel_size,
                    strides: self.strides,
                    padding: self.padding,
                    dilation_rate: self.dilation_rate,
                };
                windows.output_shape(self.return_sequences, input)
            }

            /// The size for which its kernel is made by the first call.
            const fn kept_size(&self, input: &Shape) -> usize {
                input.dims()[$axes + 2]
            }

            fn layer(&self) -> $crate::rnn::conv_lstm::ConvLstm<'_, $axes> {
                $crate::rnn::conv_lstm::ConvLstm {
                    frame: $crate::rnn::frame::frame!(
                        self,
                        stringify!($Layer),
                        self.activity_regularizer
                    ),
                    filters: self.filters,
                    kernel_size: self.kernel_size,
                    strides: self.strides,
                    padding: self.padding,
                    dilation_rate: self.dilation_rate,
                    kernel: &self.kernel,
                    recurrent_kernel: &self.recurrent_kernel,
                    bias: self.bias.as_ref(),
                    activation: self.activation,
                    recurrent_activation: self.recurrent_activation,
                    dropout: self.dropout,
                    recurrent_dropout: self.recurrent_dropout,
                    seed: &self.seed,
                }
            }

            fn build(&self, input: &Shape) -> Result<()> {
                self.output_shape(input)?;
                self.layer().build(input)
            }

            fn call(&self, x: Tensor, training: bool) -> Tensor {
                self.layer().run(&x, Vec::new(), false, training).0
            }

            fn call_any(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor> {
                $crate::rnn::frame::call_any(self, self.layer(), inputs, training)
            }

            /// The output and the states h and c after the last step, from `initial_state`, h and c before the first step, each of the shape
            /// of the output of one step (`None`: zeros, or of a stateful layer those of the call before). In training as the `call` that
            /// this stands in.
            #[track_caller]
            pub fn call_with_state(
                &self,
                x: impl IntoInput<Tensor>,
                initial_state: Option<[Tensor; 2]>,
            ) -> (Tensor, [Tensor; 2]) {
                let states = initial_state.into_iter().flatten().collect();
                let (x, layer) = (x.into_input(), self.layer());
                $crate::rnn::frame::call_with_state(self, layer, x, states, training(), |states| {
                    <[Tensor; 2]>::try_from(states).unwrap_or_else(|_| unreachable!("h and c"))
                })
            }
        }
    };
}
pub(crate) use conv_lstm;

/// What decides the shape of the output.
pub(crate) struct Windows<const N: usize> {
    pub layer: &'static str,
    pub layout: &'static str,
    pub filters: usize,
    pub kernel_size: [usize; N],
    pub strides: [usize; N],
    pub padding: Padding,
    pub dilation_rate: [usize; N],
}

impl<const N: usize> Windows<N> {
    /// `[batch, …, filters]`, or `[batch, time, …, filters]` with `sequences`.
    pub const fn output_shape(&self, sequences: bool, input: &Shape) -> Result<Shape, ShapeError> {
        if input.rank() != N + 3 {
            let hint = "a step of time is a picture: give each sequence as [time, …, channels]; a recurrent layer before this one gives all steps \
                        with `return_sequences`";
            return Err(ShapeError::rank(
                self.layer,
                N + 3,
                self.layout,
                input,
                hint,
            ));
        }
        let error = ShapeError::new(self.layer);
        if self.filters == 0 || input.dims()[1] == 0 {
            let error = error.text(" expects at least one filter and one step of time, found ");
            return Err(error.number(self.filters).text(" filters on ").shape(input));
        }
        if matches!(self.padding, Padding::Causal) {
            return Err(error.text(" pads `Same` or `Valid`, not `Causal`"));
        }
        let mut output = input.with(N + 2, self.filters);
        let (mut strided, mut dilated, mut i) = (false, false, 0);
        while i < N {
            let (size, stride, dilation) =
                (self.kernel_size[i], self.strides[i], self.dilation_rate[i]);
            if size == 0 || stride == 0 || dilation == 0 {
                return Err(
                    error.text(": the kernel, its strides and its dilation need to be at least 1")
                );
            }
            let Some(windows) = self
                .padding
                .windows(input.dims()[i + 2], size, stride, dilation)
            else {
                let error = error
                    .text(" with a window of ")
                    .shape(&Shape::new(&self.kernel_size));
                let error = error.text(" leaves no pixel of ").shape(input);
                return Err(error.text("; use `Padding::Same` or a smaller window"));
            };
            output = output.with(i + 2, windows);
            (strided, dilated) = (strided || stride > 1, dilated || dilation > 1);
            i += 1;
        }
        if strided && dilated {
            return Err(error.text(" takes strides or a dilation above 1, not both, as in Keras"));
        }
        Ok(if sequences { output } else { output.without(1) })
    }
}

impl<const N: usize> ConvLstm<'_, N> {
    /// Makes the parameters for an input of a shape that the layer takes.
    pub fn build(&self, input: &Shape) -> Result<()> {
        let channels = input.dim(-1)?;
        if let Some(built) = self.kernel.built_dim(N)
            && built != channels
        {
            return Err(Error::shape(format!(
                "expected {built} channels, found {}: {} keeps the channels of its first call; use another one for this input",
                ShapeError::new("").dim(channels).text(" in ").shape(input),
                self.frame.name,
            )));
        }
        let columns = self.filters.saturating_mul(4);
        let of = |channels: usize| {
            Shape::try_new(&[&self.kernel_size[..], &[channels, columns]].concat())
        };
        self.kernel.build(of(channels)?)?;
        self.recurrent_kernel.build(of(self.filters)?)?;
        self.bias.map_or(Ok(()), |bias| bias.build([columns]))
    }

    /// Factors for each gate, the same at all steps: 0 where something is dropped.
    fn factors(&self, shape: &Shape, rate: f64, training: bool) -> Option<Vec<Tensor>> {
        let factor =
            |_| random::bernoulli(*shape, 1.0 - rate).cast(floatx()) * (1.0 / (1.0 - rate));
        (training && rate > 0.0).then(|| (0..4).map(factor).collect())
    }

    /// The convolution with the kernels of all gates, each of what its factors leave of x.
    fn convolve(
        &self,
        x: &Tensor,
        factors: &Option<Vec<Tensor>>,
        kernel: &Tensor,
        run: impl Fn(&Tensor, &Tensor) -> Tensor,
    ) -> Tensor {
        match factors {
            None => run(x, kernel),
            Some(factors) => {
                let kernels = kernel.split(4, -1).into_iter().zip(factors);
                concatenate(
                    kernels.map(|(kernel, factor)| run(&(x * factor), &kernel)),
                    -1,
                )
            }
        }
    }
}

impl<const N: usize> Recurrence for ConvLstm<'_, N> {
    fn frame(&self) -> &Frame<'_> {
        &self.frame
    }

    fn state_count(&self) -> usize {
        2
    }

    fn first_states(&self, x: &Tensor) -> Vec<Tensor> {
        let windows = Windows {
            layer: self.frame.name,
            layout: "",
            filters: self.filters,
            kernel_size: self.kernel_size,
            strides: self.strides,
            padding: self.padding,
            dilation_rate: self.dilation_rate,
        };
        match windows.output_shape(false, &x.shape()) {
            Ok(shape) => vec![Tensor::full_of(shape, 0.0, x.dtype()); 2],
            Err(error) => vec![Tensor::failed(error.into()); 2],
        }
    }

    fn over_time(
        &self,
        x: &Tensor,
        mask: Option<Tensor>,
        states: Vec<Tensor>,
        _: bool,
        training: bool,
    ) -> (Tensor, Vec<Tensor>) {
        if let Some(failed) = states.iter().find(|state| state.error().is_some()) {
            return (failed.clone(), states);
        }
        let step = x.shape().with(1, 1);
        let state = states[0].shape();
        let (of_input, of_state) = self.seed.run(|| {
            (
                self.factors(&step, self.dropout, training),
                self.factors(&state, self.recurrent_dropout, training),
            )
        });
        let (kernel, recurrent_kernel) = (self.kernel.value(), self.recurrent_kernel.value());
        let options = ConvOptions {
            strides: self.strides,
            dilation: self.dilation_rate,
            ..ConvOptions::new(self.padding)
        };
        // All steps of all sequences as one batch.
        let projected = self.convolve(x, &of_input, &kernel, |x, kernel| {
            split_time(conv(&merge_time(x), kernel, options), &x.shape())
        });
        let projected = match self.bias {
            Some(bias) => projected + bias,
            None => projected,
        };
        let same = ConvOptions::<N>::new(Padding::Same);
        self.frame.steps(&projected, mask, states, |x, states| {
            let h = self.convolve(&states[0], &of_state, &recurrent_kernel, |h, kernel| {
                conv(h, kernel, same)
            });
            let gates = (x + h).split(4, -1);
            let gate = |i: usize| self.recurrent_activation.apply(&gates[i]);
            let c = gate(1) * &states[1] + gate(0) * self.activation.apply(&gates[2]);
            let h = gate(3) * self.activation.apply(&c);
            (h.clone(), vec![h, c])
        })
    }
}
