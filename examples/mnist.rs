//! Handwritten digits to 99 %: a convolutional network, its summary, and its curves and mistakes as pictures.
use nn::prelude::*;

#[model(input = [28, 28, 1], new())]
struct Net {
    #[layer(32, 3, activation = Activation::Relu)]
    conv1: Conv2D,
    #[layer(2)]
    pool1: MaxPooling2D,
    #[layer(64, 3, activation = Activation::Relu)]
    conv2: Conv2D,
    #[layer]
    normalization: BatchNormalization,
    #[layer(2)]
    pool2: MaxPooling2D,
    #[layer]
    flatten: Flatten,
    #[layer(0.4)]
    dropout: Dropout,
    #[layer(128, activation = Activation::Relu)]
    hidden: Dense,
    #[layer(10)]
    digits: Dense,
}

#[model]
impl Net {
    fn call(&self, images: Tensor) -> Tensor {
        let x = self.pool1(self.conv1(images));
        let x = self.pool2(self.normalization(self.conv2(x)));
        let x = self.dropout(self.flatten(x));
        self.digits(self.hidden(x))
    }
}

fn main() -> nn::Result<()> {
    nn::set_seed(1);
    let (train, test) = nn::datasets::mnist()?;
    const EPOCHS: usize = 4;
    let steps = (EPOCHS * train.len().div_ceil(128)) as f64;

    let loss = SparseCategoricalCrossentropy::from_logits();
    let rate = CosineDecay::new(3e-3, steps);
    let mut model = Net::new()
        .compile(Compile::new(Adam::new(rate), loss).metric(SparseCategoricalAccuracy::new()));
    println!("{}", model.summary([28, 28, 1])?);
    let fit = Fit::new()
        .epochs(EPOCHS)
        .batch_size(128)
        .validation_data(&test);
    let history = model.fit(&train, fit)?;
    history.plot("training.svg")?;

    // The digits that it takes for others.
    let predicted = model.predict(test.x())?.argmax(-1).to_vec::<i64>()?;
    let actual = test.y().to_vec::<i64>()?;
    let wrong: Vec<usize> = (0..actual.len())
        .filter(|&i| actual[i] != predicted[i])
        .collect();
    let images = test.x().take(&Tensor::from(&wrong), 0);
    ImageGallery::new(images)
        .y_true(wrong.iter().map(|&i| format!("is {}", actual[i])))
        .y_pred(wrong.iter().map(|&i| format!("taken for {}", predicted[i])))
        .columns(10)
        .plot("mistakes.svg")?;
    println!(
        "curves: training.svg; the {} mistakes: mistakes.svg",
        wrong.len()
    );
    println!("test accuracy: {:.4}", model.evaluate(&test)?["accuracy"]);
    Ok(())
}
