"""Words that say little about who somebody is: legal forms, common words, shared hosts and mailboxes."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = [
    "COMMON",
    "FORMS",
    "LEADING_FORMS",
    "ROLE_MAILBOXES",
    "SHARED_HOSTS",
    "SIBLING",
    "SILENT",
]


def _words(text: str) -> frozenset[str]:
    """Return the words of *text*."""
    return frozenset(text.split())


def _families(text: str) -> Mapping[str, str]:
    """Return each spelling of a legal form with the first of its family, one family in each line."""
    return {word: line.split()[0] for line in text.strip().splitlines() for word in line.split()}


FORMS = _families(
    """
    inc incorporated
    corp corporation
    co company compagnie cie
    ltd limited
    llc lc
    llp
    lp
    plc
    pc
    pllc
    gmbh mbh ggmbh
    ug haftungsbeschraenkt haftungsbeschrankt
    ag aktiengesellschaft
    kg
    kgaa
    ohg
    gbr
    ek ekfm
    ev
    eg
    se
    sa sab
    sarl
    sas sasu
    sca
    snc
    srl srls
    spa
    sl slu
    sau
    lda ltda
    bv bvba
    nv
    vof
    ab aktiebolag
    as
    asa
    aps
    ks
    oy oyj
    kft
    zrt nyrt
    sro
    doo
    dd
    ad
    ooo
    oao pao zao
    spzoo
    pty
    pte
    pvt private
    bhd berhad
    sdn
    kk kabushiki 株式会社
    gk
    pt tbk
    cv
    有限会社
    有限公司 有限责任公司
    股份有限公司
    """
)
"""The ways in which companies are incorporated; a name is compared without them, then with them."""

LEADING_FORMS = _words("ooo oao pt kk 有限会社")
"""The families of forms that may stand before a name."""

SILENT = _words("and und et y e en och og the of de la le")
"""Words that are left out of a name."""

SIBLING = _words(
    """
    holding holdings beteiligungs beteiligungsgesellschaft verwaltungs verwaltungsgesellschaft
    besitzgesellschaft europe european europa emea apac dach nordics americas america usa us uk
    germany deutschland france espana spain italia italy schweiz switzerland suisse austria
    osterreich oesterreich netherlands nederland belgium belgique polska poland sweden sverige norge
    norway danmark denmark finland ireland portugal canada australia india china japan brasil brazil
    mexico foundation stiftung
    """
)
"""Words by which the companies of one group tell themselves apart."""

COMMON = SIBLING | _words(
    """
    group gruppe groupe grupo gruppo international intl global worldwide service services solution
    solutions system systems technology technologies tech consulting partners partner enterprise
    enterprises industries industry trading ventures associates management gesellschaft
    unternehmensgruppe
    """
)
"""Words that many companies share; what is left of a name without them tells them apart."""

SHARED_HOSTS = _words(
    """
    gmail.com googlemail.com google.com yahoo.com yahoo.de yahoo.fr yahoo.co.uk yahoo.co.jp
    ymail.com hotmail.com hotmail.de hotmail.fr hotmail.co.uk outlook.com outlook.de live.com
    live.de live.co.uk msn.com icloud.com me.com mac.com aol.com aol.de gmx.de gmx.net gmx.at
    gmx.ch gmx.com web.de t-online.de freenet.de arcor.de mail.com mail.ru yandex.ru yandex.com
    proton.me protonmail.com protonmail.ch zoho.com fastmail.com tutanota.com posteo.de mailbox.org
    orange.fr free.fr wanadoo.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it alice.it
    bluewin.ch hispeed.ch chello.at aon.at telenet.be skynet.be ziggo.nl kpnmail.nl planet.nl
    wp.pl o2.pl onet.pl interia.pl seznam.cz qq.com 163.com 126.com sina.com naver.com daum.net
    rediffmail.com uol.com.br bol.com.br terra.com.br comcast.net verizon.net att.net
    sbcglobal.net bellsouth.net cox.net charter.net btinternet.com sky.com ntlworld.com bigpond.com
    linkedin.com facebook.com instagram.com twitter.com x.com xing.com youtube.com tiktok.com
    sites.google.com business.site linktr.ee wikipedia.org
    """
)
"""Hosts that many share: free mail and social networks. They are no sign that two are the same."""

ROLE_MAILBOXES = _words(
    """
    info sales office contact kontakt contacto admin support hello hallo mail email service team
    post empfang reception billing accounting invoice invoices rechnung buchhaltung ap finance hr
    jobs marketing press presse webmaster noreply no-reply
    """
)
"""Mailboxes that belong to a desk and not to a person."""
