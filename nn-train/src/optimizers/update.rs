//! What all optimizers share: a [`Rule`] becomes an [`Optimizer`] here.

use super::learning_rate::check;
use super::slots::{apart, copy_of};
use super::step::{Matched, Plan, Step, check_finite};
use super::{LearningRate, Optimizer, Rule, Slots, StepInfo};
use nn_core::{Error, Gradients, Parameter, Result, Shape, Tensor, no_gradient};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashMap;

// What takes a while is written for any rule and compiled once, not for each of them.

#[diagnostic::do_not_recommend]
impl<R: Rule> Optimizer for R {
    fn check(&self) -> Result<()> {
        check_all(self)
    }

    fn update(&mut self, parameters: &[Parameter<'_>], gradients: &Gradients) -> Result<()> {
        update(self, parameters, gradients)
    }

    fn scale_loss(&self, loss: &Tensor) -> Tensor {
        match self.settings().loss_scale_factor {
            None => loss.clone(),
            Some(factor) => loss * factor,
        }
    }

    fn finalize(&mut self, parameters: &[Parameter<'_>]) -> Result<()> {
        finalize(self, parameters)
    }

    fn swap_averages(&mut self, parameters: &[Parameter<'_>]) -> Result<()> {
        swap_averages(self, parameters)
    }

    fn iterations(&self) -> u64 {
        let each = self.settings().gradient_accumulation_steps.unwrap_or(1);
        self.slots().iterations / each.max(1)
    }

    fn learning_rate(&self) -> f64 {
        self.settings().learning_rate.at(self.slots().iterations)
    }

    fn set_learning_rate(&mut self, learning_rate: f64) -> Result<()> {
        set_rate(&mut self.settings_mut().learning_rate, learning_rate)
    }

    fn state(&self, parameters: &[Parameter<'_>]) -> Vec<(String, Tensor)> {
        self.slots().save(self, parameters)
    }

    fn load_state(
        &mut self,
        parameters: &[Parameter<'_>],
        state: &[(String, Tensor)],
    ) -> Result<()> {
        *self.slots_mut() = Slots::load(self, parameters, state)?;
        Ok(())
    }

    fn config(&self) -> Value {
        self.describe()
    }
}

fn check_all(rule: &dyn Rule) -> Result<()> {
    rule.settings().check()?;
    rule.check()
}

fn update(rule: &mut dyn Rule, parameters: &[Parameter<'_>], gradients: &Gradients) -> Result<()> {
    check_all(rule)?;
    let settings = rule.settings();
    settings.check_groups(parameters)?;
    let batches = rule.slots().iterations;
    let plan = Plan::new(settings, batches);
    let common = settings.learning_rate.checked(batches)?;
    let at = |path: &str, shape: &Shape| -> Result<StepInfo> {
        Ok(StepInfo {
            learning_rate: settings.rate_of(path, batches, common)?,
            weight_decay: settings.decay_of(path, rule.weight_decay(path, shape)),
            step: plan.step,
        })
    };
    let matched = no_gradient(|| {
        let prepared = prepared(rule, &plan, parameters, gradients);
        match_up(parameters, &prepared, at)
    })?;
    let mut greatest = check_finite(gradients)? / settings.loss_scale_factor.unwrap_or(1.0);
    if plan.accumulate.is_some() {
        greatest += rule.slots().greatest();
    }

    let mut slots = std::mem::take(rule.slots_mut());
    let step = Step::new(rule, plan);
    let mut make = || {
        step.begin(&matched, &mut slots)?;
        let others = step.averages_of_others(parameters, &matched, &mut slots)?;
        match step.bounds(&matched, greatest, slots.greatest()) {
            Some(bounds) if step.is_alone(&matched, &slots) => {
                slots.set_greatest(bounds.slots);
                step.in_place(&matched, &mut slots)?;
            }
            _ => step.aside(&matched, &mut slots)?,
        }
        step.keep(others, &mut slots)
    };
    let done = make();
    slots.iterations += u64::from(done.is_ok());
    *rule.slots_mut() = slots;
    done
}

fn finalize(rule: &mut dyn Rule, parameters: &[Parameter<'_>]) -> Result<()> {
    let settings = rule.settings().clone();
    for p in parameters.iter().filter(|p| p.trainable()) {
        let slots = rule.slots_mut().of(p.id());
        if let Some(average) = apart(&settings, slots).average {
            let value = copy_of(average);
            p.set_value(&value).map_err(|e| e.at_path(p.path()))?;
        }
    }
    Ok(())
}

fn swap_averages(rule: &mut dyn Rule, parameters: &[Parameter<'_>]) -> Result<()> {
    let settings = rule.settings().clone();
    if !settings.use_ema {
        return Err(Error::value(format!(
            "{} keeps no averages to swap with: it needs `ema(0.99)`",
            rule.describe()["class_name"]
                .as_str()
                .unwrap_or("the optimizer")
        )));
    }
    for p in parameters.iter().filter(|p| p.trainable()) {
        let slots = rule.slots_mut().of(p.id());
        if let Some(average) = apart(&settings, slots).average {
            let value = std::mem::replace(average, p.value());
            p.set_value(&value).map_err(|e| e.at_path(p.path()))?;
        }
    }
    Ok(())
}

fn set_rate(rate: &mut LearningRate, learning_rate: f64) -> Result<()> {
    match rate {
        LearningRate::Constant(rate) => *rate = check(learning_rate)?,
        LearningRate::Schedule(schedule) => {
            return Err(Error::value(format!(
                "the learning rate follows a schedule, {}, and cannot be set; give the optimizer a number instead",
                schedule.config()
            )));
        }
    }
    Ok(())
}

/// The gradients that the step is made with: without the scale of the loss, averaged with those before, and clipped.
fn prepared<'a>(
    rule: &dyn Rule,
    plan: &Plan,
    parameters: &[Parameter<'_>],
    gradients: &'a Gradients,
) -> Cow<'a, Gradients> {
    let settings = rule.settings();
    let mut prepared = Cow::Borrowed(gradients);
    if let Some(scale) = settings.loss_scale_factor {
        prepared = Cow::Owned(prepared.into_owned().map(|_, g| g / scale));
    }
    if !plan.updates {
        return prepared;
    }
    if let Some(steps) = plan.accumulate {
        let ids: HashMap<&str, u64> = parameters.iter().map(|p| (p.path(), p.id())).collect();
        let sum = |path: &str| {
            let slots = rule.slots().get(*ids.get(path)?)?;
            slots.iter().rev().nth(usize::from(settings.use_ema))
        };
        prepared = Cow::Owned(prepared.into_owned().map(|path, g| match sum(path) {
            Some(sum) => (g + sum) / steps as f64,
            None => g / steps as f64,
        }));
    }
    settings.clip(prepared)
}

/// Every parameter that has a gradient.
fn match_up<'p, 'a>(
    parameters: &'p [Parameter<'a>],
    gradients: &Gradients,
    at: impl Fn(&str, &Shape) -> Result<StepInfo>,
) -> Result<Vec<Matched<'p, 'a>>> {
    if gradients.is_empty() {
        return Err(Error::gradient(
            "there are no gradients to apply: the loss does not depend on any trainable parameter",
        ));
    }
    let mut matched = Vec::with_capacity(gradients.len());
    for p in parameters {
        // Asked for once: each question to a parameter takes a lock.
        let value = p.value();
        let id = value.id();
        let Some(gradient) = gradients.by_id(id) else {
            continue;
        };
        if !p.trainable() {
            return Err(Error::gradient(format!(
                "`{}` has a gradient but is frozen now; freeze layers before the tape records",
                p.path()
            )));
        }
        let gradient = gradient
            .clone()
            .into_result()
            .map_err(|e| e.at_path(p.path()))?;
        if !gradient.is_concrete()
            || gradient.shape() != value.shape()
            || gradient.dtype() != value.dtype()
        {
            return Err(Error::gradient(format!(
                "the gradient of `{}` is {} {}, the parameter {} {}",
                p.path(),
                gradient.dtype(),
                gradient.shape(),
                p.dtype(),
                p.shape()
            )));
        }
        matched.push(Matched {
            p,
            id,
            gradient,
            at: at(p.path(), &value.shape())?,
        });
    }
    if matched.len() < gradients.len() {
        let known = |path: &str| matched.iter().any(|m| m.p.path() == path);
        let strangers: Vec<&str> = gradients
            .iter()
            .map(|(path, _)| path)
            .filter(|path| !known(path))
            .collect();
        let first = strangers.first().copied().unwrap_or_default();
        return Err(Error::gradient(format!(
            "{} of {} gradients belong to no parameter of this model (`{first}`): they are those of another model, or of a copy; \
             take gradients of the model that they are applied to",
            gradients.len() - matched.len(),
            gradients.len()
        )));
    }
    Ok(matched)
}

#[cfg(test)]
mod tests {
    use crate::optimizers::{Adam, AdamW, Optimizer, RMSprop, SGD, from_config};
    use crate::schedules::ExponentialDecay;
    use nn_core::{Constraint, Error, GradientTape, Gradients, Layer, Module, Result, Tensor};
    use nn_layers::Dense;
    use serde_json::json;

    /// A layer of one kernel [3, 2] and one bias, and its gradients.
    fn layer() -> (Dense, Gradients) {
        let layer = Dense::new(2);
        let gradients = gradients(&layer);
        (layer, gradients)
    }

    fn gradients(layer: &Dense) -> Gradients {
        // The first call makes the parameters.
        let _ = layer.call(Tensor::ones([4, 3]), true);
        let tape = GradientTape::new();
        let loss = layer.call(Tensor::ones([4, 3]), true).square().sum();
        tape.gradient(&loss, layer).unwrap()
    }

    fn values(layer: &Dense) -> Vec<Vec<f32>> {
        layer
            .parameters()
            .iter()
            .map(|p| p.value().to_vec().unwrap())
            .collect()
    }

    fn message(result: Result<(), Error>) -> String {
        result.unwrap_err().to_string()
    }

    /// What a step that must fail says; nothing may have changed.
    fn refused(mut optimizer: impl Optimizer, layer: &Dense, gradients: &Gradients) -> String {
        let before = values(layer);
        let e = message(optimizer.apply(layer, gradients));
        assert_eq!((values(layer), optimizer.iterations()), (before, 0), "{e}");
        e
    }

    #[test]
    fn gradients_must_be_those_of_the_model() {
        let (one, gradients_of_one) = layer();
        let (other, _) = layer();
        let e = refused(SGD::new(0.1), &other, &gradients_of_one);
        assert!(
            e.contains("2 of 2 gradients belong to no parameter of this model (`kernel`)"),
            "{e}"
        );
        let copy = one.clone_model();
        let e = refused(SGD::new(0.1), &copy, &gradients_of_one);
        assert!(e.contains("or of a copy"), "{e}");

        one.set_trainable(false);
        let e = refused(SGD::new(0.1), &one, &gradients_of_one);
        assert!(
            e.contains("`kernel` has a gradient but is frozen now"),
            "{e}"
        );
    }

    #[test]
    fn no_gradients_are_an_error() {
        let (layer, _) = layer();
        let tape = GradientTape::new();
        let x = Tensor::ones([2]);
        tape.watch(&x);
        let none = tape.gradient_of_connected(&x.sum(), &layer).unwrap();
        assert!(none.is_empty());
        let e = refused(Adam::new(0.1), &layer, &none);
        assert!(e.contains("there are no gradients to apply"), "{e}");
    }

    #[test]
    fn failed_or_misshapen_gradients_change_nothing() {
        let (layer, gradients) = layer();
        let broken = gradients.clone().map(|path, g| {
            if path == "bias" {
                g + Tensor::ones([5])
            } else {
                g.clone()
            }
        });
        let e = refused(Adam::new(0.1), &layer, &broken);
        assert!(
            e.starts_with("bias: ") && e.contains("cannot add [2] and [5]"),
            "{e}"
        );
        let summed = gradients.map(|path, g| if path == "bias" { g.sum() } else { g.clone() });
        let e = refused(Adam::new(0.1), &layer, &summed);
        assert!(
            e.contains("the gradient of `bias` is f32 [], the parameter f32 [2]"),
            "{e}"
        );
    }

    #[test]
    fn settings_that_make_no_sense_are_named_in_the_first_step() {
        let (layer, gradients) = layer();
        let refused = |optimizer: Box<dyn Optimizer>| refused(optimizer, &layer, &gradients);
        let e = refused(Box::new(SGD::new(0.1).clipnorm(1.0).global_clipnorm(1.0)));
        assert!(
            e.contains(
                "clipnorm and global_clipnorm are given; an optimizer clips in one way only"
            ),
            "{e}"
        );
        let e = refused(Box::new(SGD::new(0.1).clipvalue(0.0)));
        assert!(e.contains("clipvalue must be above 0, found 0"), "{e}");
        let e = refused(Box::new(SGD::new(f64::NAN)));
        assert!(
            e.contains(
                "a learning rate is a number from 0 up to 3.4e38, the greatest of f32, found NaN"
            ),
            "{e}"
        );
        let e = refused(Box::new(SGD::new(0.1).momentum(1.5)));
        assert!(e.contains("momentum must be in [0, 1], found 1.5"), "{e}");
        let e = refused(Box::new(Adam::new(0.1).beta_2(1.0)));
        assert!(e.contains("beta_2 must be in [0, 1), found 1"), "{e}");
        let e = refused(Box::new(AdamW::new(0.1).weight_decay(-1.0)));
        assert!(e.contains("weight_decay must be"), "{e}");
        let e = refused(Box::new(RMSprop::new(ExponentialDecay::new(0.1, 0.0, 0.5))));
        assert!(
            e.contains("ExponentialDecay needs a positive number of decay steps"),
            "{e}"
        );
    }

    #[test]
    fn frozen_parameters_stay_as_they_are() {
        let (layer, _) = layer();
        layer.parameters()[1].param().set_trainable(false);
        let before = values(&layer);
        let mut adam = AdamW::new(0.1);
        adam.apply(&layer, &gradients(&layer)).unwrap();
        let after = values(&layer);
        assert_ne!(before[0], after[0]);
        assert_eq!(before[1], after[1]);
    }

    #[test]
    fn constraints_hold_after_a_step() {
        let layer = Dense::new(2).kernel_constraint(Constraint::NonNeg);
        let gradients = gradients(&layer);
        SGD::new(10.0).apply(&layer, &gradients).unwrap();
        assert!(values(&layer)[0].iter().all(|v| *v >= 0.0));
    }

    #[test]
    fn the_learning_rate_can_be_set_unless_it_follows_a_schedule() {
        let mut adam: Box<dyn Optimizer> = Box::new(Adam::new(0.1));
        adam.set_learning_rate(0.05).unwrap();
        assert_eq!(
            (
                adam.learning_rate(),
                &adam.config()["config"]["learning_rate"]
            ),
            (0.05, &json!(0.05))
        );
        assert!(message(adam.set_learning_rate(-1.0)).contains("found -1"));
        let mut scheduled = Adam::new(ExponentialDecay::new(0.1, 10.0, 0.5));
        let e = message(scheduled.set_learning_rate(0.05));
        assert!(
            e.contains("follows a schedule") && e.contains("ExponentialDecay"),
            "{e}"
        );
    }

    #[test]
    fn state_is_loaded_strictly() {
        let (layer, gradients) = layer();
        let parameters = layer.parameters();
        let mut adam = Adam::new(0.1);
        assert_eq!(
            adam.state(&parameters).len(),
            1,
            "nothing but the number of steps before the first"
        );
        adam.apply(&layer, &gradients).unwrap();
        let state = adam.state(&parameters);
        let names: Vec<&str> = state.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "optimizer/iterations",
                "optimizer/momentum/kernel",
                "optimizer/velocity/kernel",
                "optimizer/momentum/bias",
                "optimizer/velocity/bias"
            ]
        );

        let load = |optimizer: &mut dyn Optimizer, state: &[(String, Tensor)]| {
            message(optimizer.load_state(&parameters, state))
        };
        let mut fresh = Adam::new(0.1);
        let e = load(&mut fresh, &state[..4]);
        assert!(
            e.contains("the optimizer state has no `optimizer/velocity/bias`"),
            "{e}"
        );
        let e = load(&mut fresh, &state[..3]);
        assert!(e.contains("`optimizer/momentum/bias`"), "{e}");
        let e = load(&mut fresh, &state[1..]);
        assert!(e.contains("`optimizer/iterations` is missing"), "{e}");
        let mut wrong = state.clone();
        wrong[2].1 = Tensor::zeros([2, 3]);
        let e = load(&mut fresh, &wrong);
        assert!(
            e.contains(
                "`optimizer/velocity/kernel` is f32 [2, 3], and its parameter is f32 [3, 2]"
            ),
            "{e}"
        );
        let e = load(&mut SGD::new(0.1).momentum(0.9), &state);
        assert!(
            e.contains("`optimizer/velocity/") && e.contains("slots here: momentum"),
            "{e}"
        );
        assert_eq!(fresh.iterations(), 0);
        fresh.load_state(&parameters, &state).unwrap();
        assert_eq!(fresh.iterations(), 1);
    }

    #[test]
    fn what_was_saved_stays_as_it_was() {
        let (layer, gradients) = layer();
        let parameters = layer.parameters();
        let mut adam = Adam::new(0.1);
        adam.apply(&layer, &gradients).unwrap();
        let saved = adam.state(&parameters);
        let before: Vec<f32> = saved[1].1.to_vec().unwrap();
        adam.apply(&layer, &gradients).unwrap();
        assert_eq!(saved[1].1.to_vec::<f32>().unwrap(), before);
        assert_ne!(
            adam.state(&parameters)[1].1.to_vec::<f32>().unwrap(),
            before
        );
    }

    #[test]
    fn steps_are_made_in_place() {
        let (layer, gradients) = layer();
        let mut adam = Adam::new(0.1);
        adam.apply(&layer, &gradients).unwrap();
        let address = || layer.parameters()[0].value().data::<f32>().as_ptr();
        let before = address();
        adam.apply(&layer, &gradients).unwrap();
        assert_eq!(address(), before);
    }

    #[test]
    fn f64_parameters_stay_f64() {
        nn_core::set_floatx(nn_core::DType::F64);
        let layer = Dense::new(1);
        let x = Tensor::from([[1.0_f64, 2.0]]);
        let _ = layer.call(&x, true);
        let optimizers: [Box<dyn Optimizer>; 4] = [
            Box::new(SGD::new(0.1).momentum(0.9)),
            Box::new(Adam::new(0.1).amsgrad(true)),
            Box::new(AdamW::new(0.1).global_clipnorm(1.0)),
            Box::new(RMSprop::new(0.1).momentum(0.5).centered(true)),
        ];
        for mut optimizer in optimizers {
            let tape = GradientTape::new();
            let loss = layer.call(&x, true).square().sum();
            let gradients = tape.gradient(&loss, &layer).unwrap();
            optimizer.apply(&layer, &gradients).unwrap();
            let after = layer.call(&x, true).square().sum();
            assert!(after.item::<f64>().unwrap().is_finite());
            let state = optimizer.state(&layer.parameters());
            assert!(
                state[1..]
                    .iter()
                    .all(|(_, t)| t.dtype() == nn_core::DType::F64)
            );
        }
        nn_core::set_floatx(nn_core::DType::F32);
    }

    #[test]
    fn configurations_come_back_and_are_checked() {
        let optimizers: [Box<dyn Optimizer>; 4] = [
            Box::new(SGD::new(0.1).momentum(0.9).nesterov(true).clipvalue(0.5)),
            Box::new(Adam::new(ExponentialDecay::new(0.1, 10.0, 0.5)).amsgrad(true)),
            Box::new(AdamW::new(0.1).exclude_from_weight_decay(["bias"])),
            Box::new(RMSprop::new(0.1).centered(true)),
        ];
        for optimizer in optimizers {
            let config = optimizer.config();
            assert_eq!(from_config(&config).unwrap().config(), config);
        }
        let refused = |config| from_config(&config).err().unwrap().to_string();
        let e =
            refused(json!({"class_name": "Adam", "config": {"gradient_accumulation_steps": 1}}));
        assert!(
            e.contains("the configuration of Adam: gradient_accumulation_steps must be at least 2"),
            "{e}"
        );
        let e = refused(json!({"class_name": "Adam", "config": {"beta_3": 0.9}}));
        assert!(
            e.contains("unknown entry `beta_3`") && e.contains("beta_2"),
            "{e}"
        );
        let e = refused(json!({"class_name": "Adam", "config": {"beta_1": "big"}}));
        assert!(e.contains("the configuration of Adam"), "{e}");
        let e = refused(json!({"class_name": "Tiger", "config": {}}));
        assert!(
            e.contains("no optimizer is called Tiger") && e.contains("register!(Optimizer: Tiger)"),
            "{e}"
        );
        assert!(refused(json!(3)).contains("`class_name`"));
    }

    #[test]
    fn decay_leaves_out_what_is_excluded() {
        let (layer, gradients) = layer();
        layer.parameters()[1].set_value(&Tensor::ones([2])).unwrap();
        let still = gradients.map(|_, g| g.zeros_like());
        let before = values(&layer);
        SGD::new(0.5)
            .weight_decay(0.5)
            .exclude_from_weight_decay(["bias"])
            .apply(&layer, &still)
            .unwrap();
        let after = values(&layer);
        assert!(before[0].iter().zip(&after[0]).all(|(b, a)| *a == b * 0.75));
        assert_eq!(before[1], after[1]);
    }
}
