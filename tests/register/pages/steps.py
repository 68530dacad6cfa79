"""Bringing a file in as its users do: each step of the pages as one verb, in Spanish."""

import io
import re

from shelter.calendar import Period
from shelter.db import db
from shelter.indicators import INDICATORS
from tests.client import Page

CANARY = "Amapola-Secreta-77"
CSV = (
    "Código;Fecha de ingreso;Sexo;Edad;Nacionalidad;Forma de explotación\r\n"
    "1;05/03/2014;Mujer;17;Ecuatoriana;Sexual\r\n"
    "2;5 de abril de 2015;Hombre;30;Colombia;Laboral\r\n"
    f"3;2016-07-01;{CANARY};22;Colombia;Laboral\r\n"
    "4;31/02/2016;Mujer;22;Colombia;Laboral\r\n"
).encode("cp1252")


def send(client, content=CSV, file="casos.csv", **answers):
    """The first step; gives the answer."""
    told = {"register": "new", "name": "Casa Norte", "source": "Libro de ingresos", "foundation": "programme"} | answers
    page = Page(client.get("/registros/importar").text)
    return client.post("/registros/importar", content_type="multipart/form-data", data={
        "csrf_token": page.hidden("csrf_token"), "submit_key": page.hidden("submit_key"), **told,
        "file": (io.BytesIO(content), file),
    })


def proposed(client, url):
    """What the page of columns proposes."""
    text = client.get(url).text
    select = r'<select[^>]* name="(\w+)"[^>]*>(?:(?!</select>).)*?<option value="([^"]+)" selected'
    return dict(re.findall(select, text, re.S))


def check(client, url, **answers):
    """The second step with what is proposed; gives the page of the check."""
    job = client.fill(url, order="dmy", **{**proposed(client, url), **answers})
    assert job.status_code == 303, job.text
    return client.get(job.location).location


def bring(client, review):
    """The fourth step; gives the page of the file."""
    job = client.post(review.replace("/revisar", "/importar"), data={})
    return client.get(job.location).location


def registered(period="2009..2019"):
    db.session.rollback()
    return INDICATORS["cases.registered"].count(Period.read(period)).value
