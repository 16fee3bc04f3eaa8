//! A step that fails changes nothing, and says where the number arose that is not finite.

mod common;

use common::{bits, folder, quiet};
use nn::prelude::*;

/// A model whose loss is finite and whose gradient is not: the root of 0 has an infinite slope.
#[model]
struct Leak {
    d: Dense,
}

#[model]
impl Leak {
    fn call(&self, x: Tensor) -> Tensor {
        let h = self.d(x);
        let zero = &h * 0.0;
        zero.sqrt() + h
    }
}

fn leak() -> Leak {
    nn::set_seed(1);
    let model = Leak { d: Dense::new(1) };
    model.build([3]).unwrap();
    model
}

fn data() -> (Tensor, Tensor) {
    (Tensor::ones([4, 3]), Tensor::zeros([4, 1]))
}

fn optimizers() -> Vec<Box<dyn Optimizer>> {
    vec![
        Box::new(SGD::new(0.1)),
        Box::new(SGD::new(0.1).momentum(0.9).clipnorm(1.0)),
        Box::new(SGD::new(0.1).clipvalue(1.0)),
        Box::new(Adam::new(0.1).global_clipnorm(1.0)),
        Box::new(AdamW::new(0.1)),
        Box::new(RMSprop::new(0.1).centered(true).momentum(0.5)),
    ]
}

#[test]
fn a_gradient_that_is_not_finite_names_parameter_operation_and_line() {
    for optimizer in optimizers() {
        let mut m = leak().compile(Compile::new(optimizer, MeanSquaredError::new()));
        let before = bits(&*m);
        let e = m.fit(data(), quiet()).unwrap_err();
        assert_eq!(e.kind(), nn::ErrorKind::NotFinite);
        let e = e.to_string();
        assert!(e.contains("the gradient of `d.kernel` is NaN"), "{e}");
        assert!(
            e.contains("in the gradient of `sqrt`") && e.contains("failing_steps.rs:19:"),
            "{e}"
        );
        assert!(
            e.contains("epoch 1, batch 1 of 1") && e.contains("changed nothing in the model"),
            "{e}"
        );
        assert!(bits(&*m) == before);
        assert_eq!(m.optimizer().iterations(), 0);
        let (x, y) = data();
        let e = m.train_on_batch(&x, &y).unwrap_err().to_string();
        assert!(e.contains("`d.kernel` is NaN"), "{e}");
        assert!(bits(&*m) == before);
    }
}

#[test]
fn a_loop_written_by_hand_is_as_safe() {
    let model = leak();
    let (before, (x, y)) = (bits(&model), data());
    for mut optimizer in optimizers() {
        let tape = GradientTape::new();
        let loss = MeanSquaredError::new().call(&y, &model.call(&x, true));
        let gradients = tape.gradient(&loss, &model).unwrap();
        let e = optimizer
            .update(&model.parameters(), &gradients)
            .unwrap_err()
            .to_string();
        assert!(e.contains("the gradient of `d.kernel` is NaN"), "{e}");
        assert!(bits(&model) == before && optimizer.iterations() == 0);
    }
    // A loss that is not finite has gradients that may be.
    let model = Sequential::new().add(Dense::new(1));
    model.build([3]).unwrap();
    let before = bits(&model);
    let tape = GradientTape::new();
    let loss = MeanSquaredError::new().call(&y, &model.call(&x, true)) + f32::INFINITY;
    let gradients = tape.gradient(&loss, &model).unwrap();
    let e = SGD::new(0.1).apply(&model, &gradients).unwrap_err();
    assert!(e.to_string().contains("the loss is inf"), "{e}");
    assert!(bits(&model) == before);
}

#[test]
fn an_update_that_is_not_finite_is_not_written() {
    let model = Sequential::new()
        .add(Dense::new(2).kernel_initializer(Initializer::Constant { value: 3e38 }));
    model.build([3]).unwrap();
    let before = bits(&model);
    let tape = GradientTape::new();
    let loss = model.call(Tensor::zeros([1, 3]), true).sum();
    let gradients = tape.gradient(&loss, &model).unwrap();
    // The bias comes after the kernel: it must not be written either way.
    let steep = gradients.map(|_, g| g.zeros_like() - 1e20);
    let optimizers: [Box<dyn Optimizer>; 6] = [
        Box::new(SGD::new(1e19)),
        Box::new(SGD::new(1e18).momentum(0.9)),
        Box::new(SGD::new(1e18).momentum(0.9).nesterov(true)),
        // The square of the gradient is infinite.
        Box::new(Adam::new(1e-3)),
        Box::new(AdamW::new(1e-3)),
        Box::new(RMSprop::new(1e-3)),
    ];
    for mut optimizer in optimizers {
        let e = optimizer.update(&model.parameters(), &steep).unwrap_err();
        assert_eq!(e.kind(), nn::ErrorKind::NotFinite);
        let e = e.to_string();
        assert!(e.contains("the step would make `0.kernel` infinite"), "{e}");
        assert!(bits(&model) == before && optimizer.iterations() == 0);
        // The slots too are as before: a gentle step is the first one.
        let gentle = steep.clone().map(|_, g| g.zeros_like() + 1e-3);
        optimizer.update(&model.parameters(), &gentle).unwrap();
        assert_eq!(optimizer.iterations(), 1);
        let kernel = model.parameters()[0].value();
        assert!(kernel.is_finite_everywhere());
        for (p, bits) in model.parameters().iter().zip([3e38_f32, 0.0]) {
            p.set_value(&Tensor::full(p.shape(), bits)).unwrap();
        }
    }
}

/// A step of one's own, with a penalty that is not finite.
#[model]
struct Own {
    d: Dense,
}

#[model]
impl Own {
    fn call(&self, x: Tensor) -> Tensor {
        self.d(x)
    }

    fn train_step(
        &self,
        step: &mut nn::Step<'_, Self>,
        (x, y): (Tensor, Tensor),
    ) -> nn::Result<()> {
        let tape = GradientTape::new();
        let p = step.forward(&x);
        let loss = step.loss(&y, &p) + Tensor::from(f32::NAN);
        step.apply(tape.gradient(&loss, self)?)?;
        step.report("loss", &loss)
    }
}

/// A layer that adds a loss.
#[model]
struct Adds {
    d: Dense,
    #[config]
    kind: usize,
}

#[model]
impl Adds {
    fn call(&self, x: Tensor) -> Tensor {
        let h = self.d(x);
        nn::add_loss(match self.kind {
            0 => h.sum() * f32::INFINITY,
            _ => h.square(),
        });
        h
    }
}

/// What `fit` says; the model must not have changed.
fn refused<M: Model>(model: M, compile: Compile, fit: Fit<'_>) -> String {
    model.build_for_test();
    let mut m = model.compile(compile);
    let before = bits(&*m);
    let e = m.fit(data(), fit).unwrap_err().to_string();
    assert!(bits(&*m) == before, "{e}");
    e
}

trait BuildForTest {
    fn build_for_test(&self);
}

impl<M: Layer> BuildForTest for M {
    fn build_for_test(&self) {
        nn::set_seed(1);
        self.build([3]).unwrap();
    }
}

fn sgd() -> Compile {
    Compile::new(SGD::new(0.1), MeanSquaredError::new())
}

#[test]
fn the_loss_is_checked_before_the_update_however_it_is_computed() {
    let e = refused(Own { d: Dense::new(1) }, sgd(), quiet());
    assert!(
        e.contains("the loss is NaN") && e.contains("changed nothing in the model"),
        "{e}"
    );
    let none = MeanSquaredError::new().reduction(Reduction::None);
    let dense = || Sequential::new().add(Dense::new(1));
    let e = refused(dense(), Compile::new(SGD::new(0.1), none), quiet());
    assert!(
        e.contains("the loss `mean_squared_error` is of shape [4]"),
        "{e}"
    );
    let adds = |kind| Adds {
        d: Dense::new(1),
        kind,
    };
    let e = refused(adds(0), sgd(), quiet());
    assert!(
        e.contains("the loss is ") && e.contains("and a loss that a layer added is not"),
        "{e}"
    );
    let e = refused(adds(1), sgd(), quiet());
    assert!(
        e.contains("a loss that a layer added is of shape [4, 1]")
            && e.contains("reduce it (`sum`, `mean`)"),
        "{e}"
    );
    let penalized = |factor| {
        let dense = Dense::new(1).kernel_regularizer(Regularizer::from(OwnPenalty { factor }));
        refused(Sequential::new().add(dense), sgd(), quiet())
    };
    let e = penalized(f64::NAN);
    assert!(
        e.contains("the loss is NaN") && e.contains("and the penalty of `0.kernel` is not"),
        "{e}"
    );
    let e = penalized(0.0);
    assert!(
        e.contains("the penalty of `0.kernel` is of shape [3, 1]"),
        "{e}"
    );
}

/// A penalty that is not reduced where its factor is 0.
#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct OwnPenalty {
    factor: f64,
}

impl nn::extend::Regularize for OwnPenalty {
    fn penalty(&self, value: &Tensor) -> Tensor {
        match self.factor {
            0.0 => value.square(),
            factor => value.square().sum() * factor,
        }
    }
}

/// A step that fails after its update.
#[model]
struct Late {
    d: Dense,
}

#[model]
impl Late {
    fn call(&self, x: Tensor) -> Tensor {
        self.d(x)
    }

    fn train_step(
        &self,
        step: &mut nn::Step<'_, Self>,
        (x, y): (Tensor, Tensor),
    ) -> nn::Result<()> {
        let tape = GradientTape::new();
        let p = step.forward(&x);
        let loss = step.loss(&y, &p);
        step.apply(tape.gradient(&loss, self)?)?;
        step.report("other", &Tensor::from(f32::NAN))
    }
}

#[test]
fn what_was_changed_is_not_called_unchanged() {
    let mut m = Late { d: Dense::new(1) }.compile(sgd());
    let e = m.fit(data(), quiet()).unwrap_err().to_string();
    assert!(
        e.contains("`other` is NaN") && e.contains("after the update of the batch, which stays"),
        "{e}"
    );
    assert!(!e.contains("changed nothing"), "{e}");
}

/// A step that writes a parameter before it finds that its loss is not finite, or after it.
#[model]
struct Writes {
    d: Dense,
    #[config]
    before: bool,
    #[config]
    by_optimizer: bool,
}

#[model]
impl Writes {
    fn call(&self, x: Tensor) -> Tensor {
        self.d(x)
    }

    fn train_step(
        &self,
        step: &mut nn::Step<'_, Self>,
        (x, y): (Tensor, Tensor),
    ) -> nn::Result<()> {
        let write = || match self.by_optimizer {
            true => {
                let tape = GradientTape::new();
                let loss = self.call(x.clone(), true).sum();
                SGD::new(0.5).apply(self, &tape.gradient(&loss, self)?)
            }
            false => {
                let bias = self.d.parameters()[1].value();
                self.d.parameters()[1].set_value(&(bias + 1.0))
            }
        };
        if self.before {
            write()?;
        }
        let tape = GradientTape::new();
        let p = step.forward(&x);
        let loss = step.loss(&y, &p);
        let bad = &loss + Tensor::from(f32::NAN);
        step.report("other", &bad)?;
        write()?;
        step.apply(tape.gradient(&loss, self)?)
    }
}

#[test]
fn a_parameter_that_a_step_has_written_itself_is_not_called_unchanged() {
    for by_optimizer in [false, true] {
        let writes = |before| Writes {
            d: Dense::new(1),
            before,
            by_optimizer,
        };
        let e = refused(writes(false), sgd(), quiet());
        assert!(
            e.contains("`other` is NaN") && e.contains("changed nothing in the model"),
            "{e}"
        );
        let model = writes(true);
        model.build_for_test();
        let before = bits(&model);
        let mut m = model.compile(sgd());
        let e = m.fit(data(), quiet()).unwrap_err().to_string();
        assert!(bits(&*m) != before);
        assert!(
            e.contains("`other` is NaN")
                && e.contains("after the update of the batch, which stays")
                && !e.contains("changed nothing"),
            "{e}"
        );
    }
}

#[test]
fn settings_that_cannot_work_are_refused_before_anything() {
    let dense = || Sequential::new().add(Dense::new(1));
    let with = |optimizer: Box<dyn Optimizer>| {
        refused(
            dense(),
            Compile::new(optimizer, MeanSquaredError::new()),
            quiet(),
        )
    };
    for (optimizer, part) in [
        (
            Box::new(SGD::new(0.1).clipnorm(f64::INFINITY)) as Box<dyn Optimizer>,
            "clipnorm",
        ),
        (
            Box::new(SGD::new(0.1).global_clipnorm(f64::INFINITY)),
            "global_clipnorm",
        ),
        (Box::new(SGD::new(0.1).clipvalue(f64::NAN)), "clipvalue"),
        (Box::new(SGD::new(1e300)), "learning rate"),
        (Box::new(SGD::new(0.1).momentum(f64::NAN)), "momentum"),
        (Box::new(Adam::new(0.1).epsilon(0.0)), "epsilon"),
        (Box::new(Adam::new(0.1).epsilon(1e-60)), "epsilon"),
        (Box::new(RMSprop::new(0.1).epsilon(0.0)), "epsilon"),
        (
            Box::new(AdamW::new(0.1).weight_decay(f64::INFINITY)),
            "weight_decay",
        ),
        (
            Box::new(SGD::new(ExponentialDecay::new(f64::NAN, 1.0, 0.5))),
            "initial_learning_rate",
        ),
        (
            Box::new(SGD::new(InverseTimeDecay::new(0.1, 1.0, f64::INFINITY))),
            "decay_rate",
        ),
        (
            Box::new(SGD::new(CosineDecay::new(0.1, 9.0).alpha(f64::NAN))),
            "alpha",
        ),
        (
            Box::new(SGD::new(CosineDecayRestarts::new(0.1, 9.0).t_mul(-1.0))),
            "t_mul",
        ),
        (
            Box::new(SGD::new(PolynomialDecay::new(0.1, 9.0).power(-1.0))),
            "power",
        ),
        (
            Box::new(SGD::new(PiecewiseConstantDecay::new(
                [1.0],
                [0.1, f64::INFINITY],
            ))),
            "values",
        ),
    ] {
        let config = optimizer.config();
        let e = with(optimizer);
        assert!(
            e.contains(part) && e.contains("the optimizer"),
            "{part}: {e}"
        );
        // JSON has no infinities, so only what it can say comes back, and is refused there too.
        if !config.to_string().contains("null") {
            let e = nn::optimizers::from_config(&config)
                .err()
                .unwrap()
                .to_string();
            assert!(e.contains(part), "{part}: {e}");
        }
    }
    let loss =
        |loss: Box<dyn Loss>| refused(dense(), Compile::new(SGD::new(0.1), vec![loss]), quiet());
    let e = loss(Box::new(Huber::new().delta(f64::NAN)));
    assert!(e.contains("huber: `delta`"), "{e}");
    let e = loss(Box::new(BinaryCrossentropy::new().label_smoothing(1.5)));
    assert!(e.contains("`label_smoothing` must be in [0, 1]"), "{e}");
    let e = refused(
        dense(),
        sgd().metric(BinaryAccuracy::new().threshold(f64::NAN)),
        quiet(),
    );
    assert!(e.contains("BinaryAccuracy needs a threshold"), "{e}");
    let e = refused(dense(), sgd().metric(AUC::new().num_thresholds(1)), quiet());
    assert!(e.contains("at least 2 thresholds"), "{e}");
    let e = refused(dense(), sgd().metric(Precision::new().top_k(0)), quiet());
    assert!(e.contains("k is 0"), "{e}");
    let e = refused(dense(), sgd().loss_weights([f64::NAN]), quiet());
    assert!(e.contains("loss weight 0 is NaN"), "{e}");
    // What belongs to a parameter is found when that is made.
    let unbuilt = |layer: Dense| {
        let model = Sequential::new().add(Dense::new(2)).add(layer);
        let e = model.build([3]).unwrap_err().to_string();
        assert!(e.starts_with("1 (Dense): "), "{e}");
        e
    };
    for l2 in [f64::NAN, -1.0, 1e300, f64::INFINITY] {
        let e = unbuilt(Dense::new(1).kernel_regularizer(Regularizer::l2(l2)));
        assert!(e.contains("a regularizer needs `l2`"), "{e}");
    }
    let pairs = Regularizer::OrthogonalRegularizer {
        factor: 0.1,
        mode: Default::default(),
    };
    let e = unbuilt(Dense::new(1).bias_regularizer(pairs));
    assert!(e.contains("OrthogonalRegularizer is for matrices"), "{e}");
    let axis = || 0.into();
    for constraint in [
        Constraint::MaxNorm {
            max_value: f64::NAN,
            axis: axis(),
        },
        Constraint::MaxNorm {
            max_value: -1.0,
            axis: axis(),
        },
        Constraint::MinMaxNorm {
            min_value: 1e300,
            max_value: f64::INFINITY,
            rate: 1.0,
            axis: axis(),
        },
        Constraint::MinMaxNorm {
            min_value: 2.0,
            max_value: 1.0,
            rate: 1.0,
            axis: axis(),
        },
    ] {
        let e = unbuilt(Dense::new(1).kernel_constraint(constraint));
        assert!(e.contains("Norm needs"), "{e}");
    }
    let rows = Constraint::UnitNorm { axis: 2.into() };
    let e = unbuilt(Dense::new(1).kernel_constraint(rows));
    assert!(e.contains("axis 2"), "{e}");
    for initializer in [
        Initializer::Constant { value: f64::NAN },
        Initializer::RandomNormal {
            mean: 0.0,
            stddev: -1.0,
        },
        Initializer::RandomUniform {
            minval: 1.0,
            maxval: 0.0,
        },
        Initializer::Orthogonal {
            gain: f64::INFINITY,
        },
    ] {
        let layer = Dense::new(1).kernel_initializer(initializer);
        let e = Sequential::new()
            .add(layer)
            .build([3])
            .unwrap_err()
            .to_string();
        assert!(e.contains("an initializer needs finite numbers"), "{e}");
    }
}

#[test]
fn numbers_that_are_not_finite_are_found_before_the_first_step() {
    for value in [f64::INFINITY, f64::NEG_INFINITY, 1e300] {
        let layer = Dense::new(1).bias_initializer(Initializer::Constant { value });
        let mut m = Sequential::new().add(layer).compile(sgd());
        let e = m.fit(data(), quiet()).unwrap_err().to_string();
        assert!(
            e.starts_with("0.bias: has numbers that are not finite"),
            "{e}"
        );
        assert_eq!(m.optimizer().iterations(), 0);
    }
}

#[test]
fn infinite_norms_clip_nothing() {
    let model = Sequential::new().add(Dense::new(1));
    model.build([3]).unwrap();
    let tape = GradientTape::new();
    let gradients = tape
        .gradient(&model.call(Tensor::ones([4, 3]), true).sum(), &model)
        .unwrap();
    let before = gradients["0.kernel"].to_vec::<f32>().unwrap();
    for clipped in [
        gradients.clone().clip_by_global_norm(f64::INFINITY),
        gradients.clone().clip_by_norm(f64::INFINITY),
        gradients.clone().clip_by_value(f64::INFINITY),
    ] {
        assert_eq!(clipped["0.kernel"].to_vec::<f32>().unwrap(), before);
    }
}

/// Squares of numbers from 1e20 on are no numbers of `f32`: the norm is found all the same, and what explodes keeps its direction.
#[test]
fn norms_of_exploding_gradients_clip_them() {
    let model = Sequential::new().add(
        Dense::new(1)
            .use_bias(false)
            .kernel_initializer(Initializer::Ones),
    );
    model.build([2]).unwrap();
    let gradients = |factor: f32| {
        let tape = GradientTape::new();
        let y = model.call(Tensor::from([[3.0_f32, 4.0]]), true).sum() * factor;
        tape.gradient(&y, &model).unwrap()
    };
    for factor in [1e10, 1e18, 1e20, 3e37] {
        let norm = gradients(factor).global_norm().to_f64().unwrap();
        assert!((norm / f64::from(factor) - 5.0).abs() < 1e-5, "{norm}");
        for max in [1.0, 1e5, 1e25] {
            let all = gradients(factor).clip_by_global_norm(max);
            let each = gradients(factor).clip_by_norm(max);
            for clipped in [all, each] {
                let expected = max.min(5.0 * f64::from(factor));
                let found = clipped["0.kernel"].to_vec::<f32>().unwrap();
                for (found, share) in found.into_iter().zip([0.6, 0.8]) {
                    let found = f64::from(found) / expected;
                    assert!((found - share).abs() < 1e-5, "{factor} {max}: {found}");
                }
            }
        }
    }
    let gradients = gradients(1.0).map(|_, g| g * f32::INFINITY);
    assert!(!gradients.global_norm().is_finite_everywhere());
    let mut sgd = SGD::new(0.1).global_clipnorm(1.0);
    let e = sgd.apply(&model, &gradients).unwrap_err().to_string();
    assert!(e.contains("0.kernel"), "{e}");
}

#[test]
fn data_weights_and_paths_are_checked_before_the_first_epoch() {
    let dense = || Sequential::new().add(Dense::new(1));
    let (x, y) = data();
    let bad = (Tensor::ones([2, 4]), Tensor::zeros([2, 1]));
    let e = refused(dense(), sgd(), quiet().validation_data(bad));
    assert!(e.contains("the validation data") && e.contains('4'), "{e}");
    let bad = (Tensor::ones([2, 3]), Tensor::zeros([2, 2]));
    let e = refused(dense(), sgd(), quiet().validation_data(bad));
    assert!(
        e.contains("the validation data") && e.contains("[2, 2]"),
        "{e}"
    );
    for wrong in [-1.0_f32, f32::NAN, f32::INFINITY] {
        let weights = Tensor::from([1.0, 1.0, wrong, 1.0]);
        let e = refused(
            dense(),
            sgd(),
            quiet().validation_data((&x, &y, weights.clone())),
        );
        assert!(
            e.contains("the validation data: the weight of the sample in row 2"),
            "{e}"
        );
        let mut m = dense().compile(sgd());
        let e = m
            .fit((&x, &y, weights.clone()), quiet())
            .unwrap_err()
            .to_string();
        assert!(
            e.contains("the training data: the weight of the sample in row 2"),
            "{e}"
        );
        assert!(m.evaluate((&x, &y, weights)).is_err());
        let e = refused(
            dense(),
            sgd(),
            quiet().class_weight([(0, f64::from(wrong))]),
        );
        assert!(e.contains("`class_weight` of class 0 is"), "{e}");
    }
    let e = refused(dense(), sgd(), quiet().class_weight([(0, 1.0), (7, 2.0)]));
    assert!(
        e.contains("class 7, which no label has; there are 0"),
        "{e}"
    );
    let folder = folder("checkpoints");
    for path in ["no/such/folder/m.safetensors", "."] {
        let path = folder.join(path).display().to_string();
        let e = refused(dense(), sgd(), quiet().callback(ModelCheckpoint::new(path)));
        assert!(e.contains("ModelCheckpoint's path"), "{e}");
    }
}

#[test]
fn a_score_that_nothing_brings_is_found_before_the_first_epoch() {
    let dense = || Sequential::new().add(Dense::new(1));
    let folder = folder("scores");
    let file = |name: &str| folder.join(name).display().to_string();
    let save = |name: &str| ModelCheckpoint::new(file(name));
    type Fits = Box<dyn Fn() -> Fit<'static>>;
    let callbacks: [(&str, Fits); 7] = [
        (
            "`val_loss`",
            Box::new(|| quiet().callback(EarlyStopping::new("val_loss"))),
        ),
        (
            "`val_loss`",
            Box::new(|| quiet().callback(ReduceLROnPlateau::new("val_loss"))),
        ),
        (
            "`recal`",
            Box::new(|| {
                quiet().callback(EarlyStopping::new("recal").mode(nn::callbacks::Mode::Max))
            }),
        ),
        ("`val_loss`", {
            let path = file("best");
            Box::new(move || {
                quiet().callback(ModelCheckpoint::new(&path).save_best_only("val_loss"))
            })
        }),
        ("{nope}.safetensors`", {
            let path = file("m_{nope}.safetensors");
            Box::new(move || quiet().callback(ModelCheckpoint::new(&path)))
        }),
        ("{batch}", {
            let path = file("m_{batch}");
            Box::new(move || quiet().callback(ModelCheckpoint::new(&path)))
        }),
        // After batches there is no score of the validation yet.
        ("{val_loss}", {
            let path = file("m_{val_loss}");
            Box::new(move || {
                let save = ModelCheckpoint::new(&path).save_freq(1);
                quiet().validation_data(data()).callback(save)
            })
        }),
    ];
    for (part, fit) in callbacks {
        let e = refused(dense(), sgd(), fit());
        assert!(
            e.contains(part) && e.contains("there are") && e.contains("loss"),
            "{e}"
        );
        // Another callback may bring it, or a step of one's own.
        let brings = |_: usize, s: &mut Scores, _: &mut Run<'_>| {
            s.set("val_loss", 1.0);
            Ok(())
        };
        let anything = quiet()
            .on_epoch_end(brings)
            .callback(EarlyStopping::new("val_loss"));
        dense().compile(sgd()).fit(data(), anything).unwrap();
        let mut own = Late { d: Dense::new(1) }.compile(sgd());
        let e = own.fit(data(), fit()).unwrap_err().to_string();
        assert!(e.contains("`other` is NaN"), "{e}");
    }
    let rate = quiet()
        .callback(LearningRateScheduler::new(|_, rate| rate))
        .callback(save("m_{epoch}_{loss}_{learning_rate}"))
        .callback(save("b_{epoch}_{batch}_{loss}").save_freq(1));
    dense().compile(sgd()).fit(data(), rate).unwrap();
    let rare = quiet()
        .validation_data(data())
        .validation_freq(2)
        .epochs(2)
        .callback(save("v_{epoch}_{val_loss}").save_best_only("val_loss"));
    dense().compile(sgd()).fit(data(), rare).unwrap();
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|f| {
            f.unwrap()
                .file_name()
                .to_string_lossy()
                .chars()
                .take(4)
                .collect()
        })
        .collect();
    names.sort();
    assert_eq!(names, ["b_01", "m_01", "v_02"]);
}

#[test]
fn every_label_is_looked_at_before_the_first_update() {
    let x = Tensor::ones([64, 3]);
    let mut labels = vec![0_i64; 64];
    labels[50] = 7;
    let y = Tensor::from(labels);
    let compile = || Compile::new(SGD::new(0.1), SparseCategoricalCrossentropy::from_logits());
    let model = Sequential::new().add(Dense::new(2));
    model.build([3]).unwrap();
    let mut m = model.compile(compile());
    let before = bits(&*m);
    let e = m
        .fit((&x, &y), quiet().batch_size(4))
        .unwrap_err()
        .to_string();
    assert!(
        e.contains("label 7 at row 50") && e.contains("epoch 1, batch 1"),
        "{e}"
    );
    let good = (&x, Tensor::full([64], 0_i64));
    let fit = quiet().batch_size(4).validation_data((&x, &y));
    let e = m.fit(good, fit).unwrap_err().to_string();
    assert!(
        e.contains("the validation data") && e.contains("label 7 at row 50"),
        "{e}"
    );
    assert!(bits(&*m) == before);
}

/// Notes what it is told.
#[derive(Default)]
struct Told(Vec<&'static str>);

impl Callback for Told {
    fn on_train_begin(&mut self, _: &mut Run<'_>) -> nn::Result<()> {
        self.0.push("begin");
        Ok(())
    }
    fn on_train_end(&mut self, _: &mut Run<'_>) -> nn::Result<()> {
        self.0.push("end");
        Err(nn::Error::value("the end fails too"))
    }
}

#[test]
fn an_error_ends_training_and_the_best_weights_come_back() {
    nn::set_seed(1);
    let (x, y) = (
        Tensor::random_normal([64, 3]),
        Tensor::random_normal([64, 1]),
    );
    let mut m = Sequential::new()
        .add(Dense::new(1))
        .compile(Compile::new(SGD::new(0.05), MeanSquaredError::new()));
    let mut stop = EarlyStopping::new("loss")
        .patience(50)
        .restore_best_weights(true);
    let mut told = Told::default();
    let rates = LearningRateScheduler::new(|e, r| if e < 3 { r } else { 1e6 });
    let fit = quiet()
        .epochs(60)
        .callback(rates)
        .callback(&mut told)
        .callback(&mut stop);
    let e = m.fit((&x, &y), fit).unwrap_err().to_string();
    assert!(
        e.contains("epoch") && !e.contains("the end fails too"),
        "{e}"
    );
    assert_eq!(told.0, ["begin", "end"]);
    assert_eq!(stop.best_epoch(), 2);
    let loss = m.evaluate((&x, &y)).unwrap()["loss"];
    assert!(loss < 2.0, "{loss}");
}

#[test]
fn a_step_of_rate_0_moves_nothing() {
    use nn::optimizers::*;
    let optimizers: Vec<Box<dyn Optimizer>> = vec![
        Box::new(SGD::new(0.0).momentum(0.9)),
        Box::new(Adam::new(0.0)),
        Box::new(AdamW::new(0.0)),
        Box::new(Adamax::new(0.0)),
        Box::new(Nadam::new(0.0)),
        Box::new(Adagrad::new(0.0)),
        Box::new(Adadelta::new(0.0)),
        Box::new(Adafactor::new(0.0)),
        Box::new(RMSprop::new(0.0)),
        Box::new(Ftrl::new(0.0)),
        Box::new(Ftrl::new(1e-320)),
        Box::new(Lion::new(0.0)),
        Box::new(Lamb::new(0.0)),
        Box::new(Muon::new(0.0)),
    ];
    for optimizer in optimizers {
        let name = format!("{optimizer:?}");
        let model = Sequential::new().add(Dense::new(1));
        model.build([3]).unwrap();
        let mut m = model.compile(Compile::new(optimizer, MeanSquaredError::new()));
        let before = bits(&*m);
        m.fit(data(), quiet().epochs(2)).unwrap();
        assert!(bits(&*m) == before, "{name}");
    }
}

/// A step that reports a number under a name of its own.
#[model]
struct Reports {
    d: Dense,
    #[config]
    name: String,
}

#[model]
impl Reports {
    fn call(&self, x: Tensor) -> Tensor {
        self.d(x)
    }

    fn train_step(
        &self,
        step: &mut nn::Step<'_, Self>,
        (x, y): (Tensor, Tensor),
    ) -> nn::Result<()> {
        let p = step.forward(&x);
        let loss = step.loss(&y, &p);
        step.report(&self.name, &loss)
    }
}

#[test]
fn no_number_takes_the_place_of_another_in_the_history() {
    let own_name = |name: &str| {
        let metric = nn::metrics::LossMetric::new(MeanAbsoluteError::new()).name(name);
        sgd().metric(metric)
    };
    for (name, other) in [
        ("loss", "as a loss is"),
        ("val_loss", "a score of the validation data"),
        ("learning_rate", "the learning rate"),
        ("epoch", "the number of the epoch"),
    ] {
        let model = Sequential::new().add(Dense::new(1));
        let e = refused(model, own_name(name), quiet());
        let called = format!("a metric is called `{name}`");
        assert!(e.contains(&called) && e.contains(other), "{e}");
    }
    for (name, other) in [
        ("mine", "a compiled metric"),
        ("val_mine", "a score of the validation data"),
        ("learning_rate", "the learning rate"),
        ("epoch", "the number of the epoch"),
    ] {
        let model = Reports {
            d: Dense::new(1),
            name: name.to_string(),
        };
        let e = refused(model, own_name("mine"), quiet());
        let expected = format!("`{name}` is the name of {other}");
        assert!(e.contains(&expected), "{e}");
    }
    let model = Reports {
        d: Dense::new(1),
        name: "other".to_string(),
    };
    let mut m = model.compile(own_name("mine"));
    assert!(m.fit(data(), quiet()).unwrap().get("other").is_some());
}
