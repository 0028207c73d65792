"""The 24 sentences of Roland and Morris in Spanish.

Our own translation, so a score from it is marked: the validated Spanish version (Kovacs et al., Spine 2002;27:538-542)
was not at hand and is to be preferred where a clinic has it.
"""

ROLAND_SPANISH = (
    "Me quedo en casa la mayor parte del tiempo por mi espalda.",
    "Cambio de postura con frecuencia para intentar aliviar la espalda.",
    "Camino más despacio que de costumbre por mi espalda.",
    "Por mi espalda no hago ninguna de las tareas que suelo hacer en casa.",
    "Por mi espalda uso el pasamanos para subir escaleras.",
    "Por mi espalda me tumbo a descansar más a menudo.",
    "Por mi espalda tengo que agarrarme a algo para levantarme de un sillón.",
    "Por mi espalda pido a otras personas que me hagan las cosas.",
    "Me visto más despacio que de costumbre por mi espalda.",
    "Solo estoy de pie ratos cortos por mi espalda.",
    "Por mi espalda intento no agacharme ni arrodillarme.",
    "Me cuesta levantarme de una silla por mi espalda.",
    "Me duele la espalda casi todo el tiempo.",
    "Me cuesta darme la vuelta en la cama por mi espalda.",
    "No tengo mucho apetito por el dolor de espalda.",
    "Me cuesta ponerme los calcetines (o las medias) por el dolor de espalda.",
    "Solo camino distancias cortas por mi espalda.",
    "Duermo peor por mi espalda.",
    "Por el dolor de espalda me visto con ayuda de otra persona.",
    "Paso sentado casi todo el día por mi espalda.",
    "Evito las tareas pesadas de la casa por mi espalda.",
    "Por el dolor de espalda estoy más irritable y de peor humor que de costumbre.",
    "Por mi espalda subo las escaleras más despacio que de costumbre.",
    "Me quedo en la cama la mayor parte del tiempo por mi espalda.",
)
OWN_TRANSLATION = (
    "Answered in this software's own Spanish translation, not in the validated one (Kovacs et al. 2002)."
)
INSTRUCTION_SPANISH = (
    "Cuando le duele la espalda, puede costarle hacer algunas de las cosas que hace normalmente. "
    "Marque solo las frases que le describen hoy."
)
