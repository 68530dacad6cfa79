"""How spreadsheets call the facts and the words of historic cases, in Spanish and in English; all as `plain` has them."""

from __future__ import annotations

from shelter.codes.cases import Answer, Exploitation
from shelter.codes.people import Sex

HEADERS: dict[str, str] = {
    "year": "año, ano, año de registro, año de ingreso, año registro, año ingreso, year, year of registration, "
            "registration year, year of admission",
    "registered_on": "fecha, fecha de ingreso, fecha ingreso, ingreso, fecha de registro, fecha registro, registro, "
                     "fecha de acogida, fecha de admisión, fecha de derivación, date, date of registration, "
                     "registration date, date of admission, admission date, intake date, date of intake, registered on",
    "sex": "sexo, género, sexo género, identidad de género, sex, gender",
    "age_band": "grupo de edad, grupo etario, rango de edad, rango etario, rango edad, franja de edad, age band, "
                "age group, age range, age broad",
    "age": "edad, edad al ingreso, edad al ingresar, edad de ingreso, edad en años, age, age at registration, "
           "age at admission, age years",
    "birth": "fecha de nacimiento, fecha nacimiento, nacimiento, f nacimiento, año de nacimiento, año nacimiento, "
             "date of birth, birth date, birthdate, dob, year of birth, birth year",
    "nationality": "nacionalidad, ciudadanía, país de origen, país origen, nationality, citizenship, "
                   "country of origin, country of nationality",
    "country_of_exploitation": "país de explotación, país explotación, país donde ocurrió la explotación, "
                               "país de la explotación, lugar de explotación, country of exploitation, "
                               "exploitation country",
    "province": "provincia, provincia de explotación, provincia de ingreso, provincia de la casa, province",
    "exploitation": "forma de explotación, tipo de explotación, formas de explotación, explotación, "
                    "finalidad de la explotación, modalidad de explotación, tipo de trata, finalidad de la trata, "
                    "form of exploitation, type of exploitation, exploitation, exploitation type",
    "exploitation.sexual": "explotación sexual, sexual, sexual exploitation, is sexual exploit",
    "exploitation.labour": "explotación laboral, laboral, trabajo forzado, trabajos forzados, forced labour, "
                           "forced labor, labour exploitation, labor exploitation, is forced labour, labour, labor",
    "exploitation.servitude": "servidumbre, servidumbre doméstica, trabajo doméstico, servitude, domestic servitude",
    "exploitation.forced_marriage": "matrimonio servil, matrimonio forzado, unión servil, unión de hecho servil, "
                                    "forced marriage, servile marriage, is forced marriage",
    "exploitation.begging": "mendicidad, mendicidad forzada, begging, forced begging",
    "exploitation.organ_removal": "extracción de órganos, tráfico de órganos, órganos, organ removal, organs, "
                                  "is organ removal",
    "exploitation.illegal_adoption": "adopción ilegal, illegal adoption",
    "exploitation.forced_recruitment": "reclutamiento forzado, reclutamiento, actos delictivos, delincuencia forzada, "
                                       "comisión de delitos, forced recruitment, forced criminality",
    "exploitation.other": "otra forma, otra forma de explotación, otras formas, otra explotación, otra, otro, otros, "
                          "otras, another form, other form, other",
}
"""What columns are called."""

SEXES = {
    Sex.FEMALE: "mujer, mujeres, femenino, femenina, fem, f, female, woman, girl, niña, adolescente mujer",
    Sex.MALE: "hombre, hombres, masculino, masculina, masc, m, male, man, boy, niño, varón, adolescente hombre, h",
    Sex.TRANS_WOMAN: "mujer trans, mujer transgénero, trans femenina, trans woman, transgender woman",
    Sex.TRANS_MAN: "hombre trans, hombre transgénero, trans masculino, trans man, transgender man",
    Sex.NON_BINARY: "no binario, no binaria, no binarie, non binary, nonbinary",
}

ANSWERS = {
    Answer.YES: "sí, s, 1, x, verdadero, cierto, yes, y, true, t",
    Answer.NO: "no, n, 0, falso, false, f",
}

NATIONALITIES = {
    "EC": "ecuatoriana, ecuatoriano, ecuatoriana o, ecuadorian", "CO": "colombiana, colombiano, colombian",
    "VE": "venezolana, venezolano, venezuelan", "PE": "peruana, peruano, peruvian",
    "CU": "cubana, cubano, cuban", "BO": "boliviana, boliviano, bolivian", "CL": "chilena, chileno, chilean",
    "AR": "argentina, argentino, argentinian", "BR": "brasileña, brasileño, brazilian",
    "DO": "dominicana, dominicano", "HT": "haitiana, haitiano, haitian", "PY": "paraguaya, paraguayo, paraguayan",
    "MX": "mexicana, mexicano, mexican", "CN": "china, chino, chinese", "US": "estadounidense, american",
    "HN": "hondureña, hondureño, honduran", "NI": "nicaragüense, nicaraguan", "PA": "panameña, panameño, panamanian",
}

UNKNOWNS = (
    "s d, sd, s i, n a, n d, nd, ns, nr, ns nr, no sabe, no sabe no responde, no consta, no registra, no refiere, "
    "no especifica, no especificado, sin dato, sin datos, sin información, sin registro, desconocido, desconocida, "
    "se desconoce, no aplica, ninguno, ninguna, unknown, not known, not specified, none, null, nan, 99, 999"
)
"""What stands where nothing is known."""

FORMS = {Exploitation(fact.partition(".")[2]): words for fact, words in HEADERS.items() if "." in fact}
"""What the forms of exploitation are called in a column that names them."""
