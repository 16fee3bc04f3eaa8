//! A forecast that goes on: an LSTM that keeps its state from one stretch of measurements to the next. The tides at some harbours, under noise,
//! are read a few hours at a time; what comes six hours later is only known to who remembers what was before. The tides are generated.
use nn::prelude::*;

const HARBOURS: usize = 48;
const HOURS: usize = 24 * 40;
/// Hours that are read at a time.
const STRETCH: usize = 8;
const AHEAD: usize = 6;

#[model(new())]
struct Forecaster {
    #[layer(32, stateful = true, return_sequences = true)]
    memory: LSTM,
    #[layer(1)]
    head: Dense,
}

#[model]
impl Forecaster {
    fn call(&self, levels: Tensor) -> Tensor {
        self.head(self.memory(levels))
    }
}

/// Levels `[harbours, hours, 1]` of two waves each, of some 12 and 25 hours, as they are measured and as they are.
fn tides() -> nn::Result<(Tensor, Tensor)> {
    let drawn = Tensor::random_uniform([HARBOURS, 4]).to_vec::<f32>()?;
    let noise = Tensor::random_normal([HARBOURS, HOURS, 1]) * 0.3;
    let mut levels = Vec::with_capacity(HARBOURS * HOURS);
    for harbour in drawn.chunks_exact(4) {
        for hour in 0..HOURS {
            let wave = |hours: f32, phase: f32| {
                (std::f32::consts::TAU * (hour as f32 / hours + phase)).sin()
            };
            let half_day = wave(12.42 + harbour[0], harbour[1]);
            levels.push(half_day + 0.5 * wave(24.0 + 2.0 * harbour[2], harbour[3]));
        }
    }
    let levels = Tensor::from_vec(levels, [HARBOURS, HOURS, 1]);
    Ok((&levels + noise, levels))
}

/// The mean squared error over stretches one after the other, the state forgotten before each if asked for.
fn error(
    model: &Compiled<Forecaster>,
    stretches: &[(Tensor, Tensor)],
    forget: bool,
) -> nn::Result<f32> {
    let mut sum = 0.0;
    model.model().reset_state();
    for (read, truth) in stretches {
        if forget {
            model.model().reset_state();
        }
        let off = model.predict(read)? - truth;
        sum += off.square().mean().item::<f32>()?;
    }
    Ok(sum / stretches.len() as f32)
}

fn main() -> nn::Result<()> {
    nn::set_seed(3);
    let (measured, levels) = tides()?;
    // What is read, and what it will be; the last days are kept back.
    let stretch = |start: usize| {
        let read = measured.slice_axis(1, start..start + STRETCH);
        let truth = levels.slice_axis(1, start + AHEAD..start + AHEAD + STRETCH);
        (read, truth)
    };
    let all: Vec<(Tensor, Tensor)> = (0..HOURS - AHEAD - STRETCH + 1)
        .step_by(STRETCH)
        .map(stretch)
        .collect();
    let (train, test) = all.split_at(all.len() * 4 / 5);

    let mut model = Forecaster::new().compile(Compile::new(
        Adam::new(5e-3).clipnorm(1.0),
        MeanSquaredError::new(),
    ));
    for epoch in 1..=12 {
        // The first stretch is the beginning of all: nothing was before.
        model.model().reset_state();
        let mut loss = 0.0;
        for (read, truth) in train {
            loss += model
                .train_on_batch(read, truth)?
                .get("loss")
                .unwrap_or(0.0);
        }
        if epoch % 3 == 0 {
            println!("epoch {epoch}: loss {:.4}", loss / train.len() as f64);
        }
    }

    let stays = test.iter().map(|(read, truth)| {
        let off = (read - truth).square().mean();
        off.item::<f32>()
    });
    let stays = stays.sum::<nn::Result<f32>>()? / test.len() as f32;
    println!("mean squared error of the level {AHEAD} hours later, on days it has not seen:");
    println!("  the level stays as it is  {stays:.3}");
    println!(
        "  without what was before   {:.3}",
        error(&model, test, true)?
    );
    println!(
        "  the forecaster            {:.3}",
        error(&model, test, false)?
    );
    Ok(())
}
