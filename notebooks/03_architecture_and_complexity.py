# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What is the network, and what does it cost?
#
# **Question.** AffectiveNet looks through four kernels of different size side by side and joins
# what they see. How large is it, where do its parameters sit, and what does each kernel see?
#
# The paper writes $\epsilon_{S}^{x,N}$ for a convolution of $N$ filters of $x \times x$ with
# stride $S$, $\beta$ for batch normalisation, $\Vert$ for joining channels and $FC^{n}$ for $n$
# fully connected units. With the image $A$:
#
# $$Fm^{0}_{i} = \epsilon_{1}^{p_i,16}(A), \quad p_i \in \{3, 5, 7, 11\} \qquad (6, 7)$$
#
# $$Fm^{1}_{i} = \mathrm{EncapFeat}(Fm^{0}_{i}) \qquad (8)$$
#
# $$\mathrm{EncapFeat}(x) = \epsilon_{2}^{3,64}\left(f_1(x) + f_2(x)\right) \qquad (9)$$
#
# $$f_n(x) = \epsilon_{2}^{2n+1,32}(x), \quad n = 1, 2 \qquad (10)$$
#
# $$\mathrm{MICRoFeat} = Fm^{1}_{1} \Vert Fm^{1}_{2} \Vert Fm^{1}_{3} \Vert Fm^{1}_{4} \qquad (11)$$
#
# $$Fv = FC^{4}\left(\beta(Fv_1 \Vert Fv_2)\right) \qquad (12)$$
#
# $$Fv_1 = FC^{32}(Fm_2) \qquad (13)$$
#
# $$Fv_2 = FC^{32}(Fm_3) \qquad (14)$$
#
# $$Fm_2 = \epsilon_{2}^{3,184}\left(\beta(\mathrm{MICRoFeat})\right) \qquad (15)$$
#
# $$Fm_3 = \epsilon_{2}^{3,196}\left(\epsilon_{2}^{3,128}(Fm_2)\right) \qquad (16)$$

# %% tags=["parameters"]
subject, emotion = 4, "happiness"

# %%
from mer_core import load_model, synthetic_recording
from mer_core import notebook as nb

# %% [markdown]
# ## Fig. 2
#
# Drawn from the network itself: one pass is traced, and parameters are counted on the modules.
# **Look for** the box with the most parameters before you scroll on.

# %%
figure = nb.Results().get("fig2")
figure

# %%
stages = figure.frame.sort_values("parameters", ascending=False)
names = {"title": "operation", "shape": "output"}
nb.table(stages[[*names, "parameters"]].rename(columns=names).head(6).set_index("operation"))

# %% [markdown]
# **Seen.** The first row is the fully connected layer of Eq. 13 on the flattened $Fm_2$: it holds
# about half of the network's parameters.
#
# ## What each kernel sees
#
# Below, everything that one unit of each branch can see is bright: its receptive field. **Look
# for** the smallest field that holds a whole mouth, and move the unit over the face.

# %%
model = load_model("affectivenet", weights="synthetic")
people = {"subject": nb.PEOPLE, "emotion": nb.EMOTIONS}


# %%
def see(layer="refine", row=7, column=5, subject=subject, emotion=emotion):
    face = synthetic_recording(subject=subject, emotion=emotion, seed=1)
    return nb.fields(model, face, layer, row=row / 10, column=column / 10)


nb.explore(see, layer=nb.PARTS, row=range(11), column=range(11), **people)

# %% [markdown]
# **Seen.** The fields differ by a few pixels. The widest reaches from the nose to the lips, and
# none holds a whole mouth: what joins its two corners comes later, in Eqs. 15 and 16.

# %%
nb.question("kernels")

# %%
nb.answer("kernels", **nb.field_words(model, "refine"))

# %% [markdown]
# ## What each layer responds to
#
# The network was trained on generated faces. **Look for** channels that light up where the face
# moves (outlined), and for whether they do with the next person as well.


# %%
def respond(branch="3x3", layer="first", channel=3, subject=subject, emotion=emotion):
    person = synthetic_recording(subject=subject, emotion=emotion, seed=1)
    return nb.channel_view(model, person, nb.layer_of(model, branch, layer), channel)


choices = {"branch": list(model.entry.branches()), "layer": nb.PARTS, "channel": range(64)}
nb.explore(respond, **choices, **people)

# %% [markdown]
# **Seen.** The mean over channels is brightest at the corners of the mouth, and channel 3 shows
# little else. The bright lines at the upper and lower edge are no motion: there the filters meet
# the padding, which is black, beside an image that is grey.
#
# ## Table 3: what networks cost
#
# **Look for** the column *agrees*: the paper rounds some counts and cuts others, and one row
# agrees with neither.

# %%
costs = nb.Results().get("table3")
costs

# %% [markdown]
# **Seen.** AffectiveNet's own row is cut to 2.2; it would round to 2.3, which is what the text
# prints. The row 3×3 agrees with neither, under any reading of its sentence.
#
# ## Conclusion
#
# Eqs. 6 to 16 add up to what Table 3 prints for AffectiveNet. The four branches are cheap; what
# costs is the step from maps to a vector. The paper does not say what its seconds measure, so no
# comparison of speed rests on them.
#
# ## Exercises
#
# 1. Replace flattening in Eq. 13 by the mean over each map. How many parameters are left? Which
#    row of Table 3 would then be wrong?
# 2. Compute the field of the 11×11 branch after refinement by hand: kernel sizes and strides are
#    in Eqs. 6 to 10.

# %% jupyter={"source_hidden": true} tags=["values"]
chosen = nb.Results().costs()
results = {
    "parameters": int(stages.parameters.sum()),
    "in_first_dense": int(stages.set_index("name").parameters["head.fv1.linear"]),
    "ledger": chosen.parameters.to_dict(),
    "disagree": chosen[chosen.agreement.isin(["none"]) | chosen.agreement.isna()].index.tolist(),
    "trained": model.weights.trained,
}
