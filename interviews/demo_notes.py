"""What the demo's interviewers wrote down: for each question of the starter set a weak, a fair and a strong answer."""

from interviews.models import Place

# By short name: what was said by somebody rated 1 or 2, by somebody rated 3, and by somebody rated 4 or 5.
LEAD = {
    "Deep learning or classical methods": (
        "Used the two terms alike. Asked for a case without a deep network: “hardly one is left”.",
        "Images against a table of customers. Knew that features are learned, did not speak of cost.",
        "Brought their churn model as the case for boosted trees, unasked, and said what would have to change first.",
    ),
    "What a neural network computes": (
        "Neurons and layers, “like the brain”. Could not write down one unit.",
        "Weighted sum, bias, non-linearity. The parameter count came out without biases.",
        "Wrote the layer as a matrix product and counted 203,530 aloud. Said what collapses without the activation.",
    ),
    "Choosing activation functions": (
        "ReLU “because it works”. Softmax proposed for several tags per item.",
        "ReLU hidden, softmax or sigmoid at the output, right both times. Dead units only after a hint.",
        "Went from the target to the output unit, then gradients. Logs the share of zero activations.",
    ),
    "Is the model good enough to ship": (
        "Would ship at 95 % accuracy. Did not ask what an error costs.",
        "Test set, precision and recall. Thresholds when asked; nothing about what happens after release.",
        "Asked who uses it and what a miss costs, then compared with the rule in use today. Wants a staged release.",
    ),
    "Diagnosing overfitting": (
        "“Add dropout.” Did not want to see the curves.",
        "Gap between training and validation loss; dropout, more data, weight decay in no order.",
        "Checked the split and duplicates first, then data, then regularisation, one change at a time.",
    ),
    "Adapting a pretrained model": (
        "Knew the word, could not say what to freeze.",
        "Freeze the body, train the head, then unfreeze with a small rate. No view on how much data that needs.",
        "Chose by amount of data and distance of the domain; discriminative rates; told of a run that forgot too much.",
    ),
    "Where the training signal comes from": (
        "Mixed up unsupervised and reinforcement learning.",
        "Three definitions with textbook examples. Self-supervision only by name.",
        "Sorted by where the label comes from and what it costs, with self-supervision as the usual first step.",
    ),
    "Backpropagation by hand": (
        "“The error goes back.” Could not start the derivation.",
        "Output layer right. Needed a hint for the hidden layer, then got the chain rule.",
        "Derived both layers without help, said which activations are kept and why that costs memory.",
    ),
    "Convolutions and vision transformers": (
        "Convolution “finds edges”. Nothing on transformers.",
        "Weight sharing and locality. Transformers “need more data”, without saying why.",
        "Inductive bias against data, then latency on our cameras. Would start from a small convolutional network.",
    ),
    "Dropout in training and inference": (
        "Thought dropout stays on at inference.",
        "Off at inference, with scaling. The batch normalisation interaction was new to them.",
        "Inverted scaling, what it does to the variance, and where they no longer use it.",
    ),
    "Learning from a rare class": (
        "Accuracy as the measure for one positive in a thousand.",
        "Class weights and resampling, precision and recall. Calibration only when asked.",
        "Began with what a false alarm costs. Precision-recall curve, threshold from cost, and a look at the labels.",
    ),
    "Recurrence compared with attention": (
        "“Transformers are newer.” No word on order or cost.",
        "Sequential against parallel, quadratic cost. Positions were missing until I asked.",
        "Path length, memory and streaming compared; named a sensor task where they keep a recurrent model.",
    ),
    "Vanishing gradients": (
        "Took it for a learning rate that is too small.",
        "Product of small derivatives, ReLU and residuals as remedies. Would not know how to see it in a run.",
        "Named the cause, three remedies and which one to try first. Plots gradient norms per layer.",
    ),
    "Batch normalisation and its traps": (
        "“It makes training faster.” Running statistics unknown.",
        "Normalises per batch, running averages at inference. Small batches as a trap after a hint.",
        "Told of a model left in training mode at inference; group or layer norm where batches are small.",
    ),
    "GANs and diffusion models": (
        "Could say what a generator is, no more.",
        "Adversarial game and mode collapse; diffusion as repeated denoising, slow to sample.",
        "Compared stability, coverage and speed, and would use neither before trying augmentation.",
    ),
    "Early stopping and its limits": (
        "Stops when the training loss is flat.",
        "Validation loss with patience, keeps the best weights. Did not see that it uses up the validation set.",
        "Noisy curves, patience and schedule together, and a test set that nobody has looked at.",
    ),
    "Learning rate and schedule": (
        "Always 0.001, “it is the default”.",
        "Too high diverges, too low crawls; cosine decay by habit.",
        "Range test, warm-up with its reason, and scales with the batch. Drew three loss curves and named each.",
    ),
    "How an LSTM remembers": (
        "Knew there are gates, not what they do.",
        "Forget, input and output gates; the cell state as a conveyor. Gradient argument missing.",
        "Additive cell update, why gradients survive, and why the forget bias starts at one.",
    ),
    "Data splits and leakage": (
        "Random split, whatever the data.",
        "Three sets, normalisation fitted on the training part. Patients in two sets only after a hint.",
        "Splits by patient and by time before anything else. Told how a leaked id gave them 99 %.",
    ),
    "Choosing a model for a real task": (
        "Named the largest model they knew.",
        "Asked about data size, then chose sensibly. Latency came late.",
        "Questions first: who, how fast, how often, what error. Baseline, then one step at a time.",
    ),
    "Strengths and limits in practice": (
        "Only strengths. Limits were “hardware”.",
        "Data hunger, opacity, cost. General, without a case.",
        "Shift and false confidence with a story of their own, and what they monitor since.",
    ),
    "Designing data augmentation": (
        "Flips and rotations for digits too.",
        "Chose by what the camera sees. Did not think of the labels.",
        "Began with what must stay the same, excluded two augmentations for our task, and would measure each.",
    ),
    "Exploding gradients in a real run": (
        "Would restart and hope.",
        "Clipping and a smaller rate. Bad batches did not come up.",
        "Looked at the batch, then norms, precision, rate. Clips as protection, not as a cure.",
    ),
    "Choosing a loss function": (
        "Cross-entropy for everything, a price included.",
        "Squared error or cross-entropy, rightly chosen. Outliers when asked.",
        "From the likelihood of the target to the loss; Huber for the noisy sensor, with the reason.",
    ),
    "Tuning within a budget": (
        "Grid over everything.",
        "Random search, learning rate first. No plan for when to stop.",
        "Fixed budget, short runs first, seeds repeated before believing a difference of 0.3.",
    ),
}
PANELIST = (
    (
        "Long pause, then a definition. The follow-up led nowhere.",
        "I noted two statements that contradict each other; asked about it, they chose neither.",
        "Answered another question than the one asked, also after it was repeated.",
        "Gave up at the first follow-up.",
    ),
    (
        "Needed one prompt, then a correct example.",
        "Right in the main, in general words. Depth ended at the second follow-up.",
        "Correct, with one gap they named themselves.",
        "Sound, from reading rather than from doing, and they said so.",
    ),
    (
        "Structured: cause, remedy, check. Stopped when it was said.",
        "Own example with numbers. Drew it without being asked.",
        "Corrected a slip before either of us spoke.",
        "Weighed two ways and said what would change their mind.",
    ),
)


def note(short_name, rating, place, turn):
    """The notes for an answer of this rating; a panelist writes about how it was answered."""
    level = 0 if rating < 3 else 1 if rating == 3 else 2
    if place == Place.LEAD and short_name in LEAD:
        return LEAD[short_name][level]
    return PANELIST[level][turn % 4]
