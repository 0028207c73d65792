"""The patient's questions and the emergency message in Spanish; what staff read stays English.

Written by the authors of this software from their own English wording, not by a certified translator.
"""

QUESTIONS_ES = {
    "saddle_numbness": "¿Desde hace poco siente dormida o con hormigueo la piel entre las piernas, cerca de los "
    "órganos sexuales o del ano?",
    "bladder_change": "¿Desde hace poco le cuesta empezar o parar de orinar, se le escapa la orina, o no nota cuándo "
    "tiene la vejiga llena?",
    "bowel_change": "¿Desde hace poco se le escapan las heces, o no las nota al pasar?",
    "sexual_change": "¿Ha perdido hace poco la sensación en los órganos sexuales o la capacidad de tener relaciones?",
    "both_legs": "¿Tiene desde hace poco debilidad en las dos piernas, o dolor nuevo que baja por las dos?",
    "severe_trauma": "¿Empezó el dolor después de una caída fuerte, un choque o un golpe fuerte?",
    "contusion": "¿Tiene un moretón o un raspón en la espalda, donde le duele?",
    "steroids": "¿Ha tomado durante mucho tiempo pastillas con esteroides, como la prednisona?",
    "older_age": "¿Tiene 70 años o más?",
    "cancer_history": "¿Ha tenido cáncer alguna vez?",
    "fever": "¿Tiene fiebre o escalofríos, o se siente muy mal?",
    "weak_immunity": "¿Tiene débiles las defensas, por una enfermedad o un medicamento, o se inyecta drogas que no le "
    "han recetado?",
}
"""By the key of the question; every red flag has one."""

EMERGENCY_MESSAGE_ES = """\
Vaya ahora a una sala de emergencias.

Una de sus respuestas puede significar que hay nervios oprimidos en la parte baja de la columna. Los médicos lo llaman \
síndrome de la cola de caballo (cauda equina). Es raro y se puede tratar. Pero hay que verlo en pocas horas, porque \
esperar puede causar un daño que no se cura.

Qué hacer ahora:
- Llame al número de emergencias (911 en Estados Unidos, 112 en Europa) o vaya a la sala de emergencias (emergency \
room) más cercana.
- No conduzca. Las piernas pueden perder fuerza. Pida a alguien que le lleve.
- Enseñe esta página y diga: «Mis respuestas apuntan a un síndrome de la cola de caballo». En inglés: "My answers \
point to cauda equina syndrome."
- No espere a una cita aquí, ni a ver si se pasa.

Con un formulario no podemos saber si lo tiene. Un médico sí puede, hoy."""
