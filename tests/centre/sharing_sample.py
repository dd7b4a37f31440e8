"""A made-up register of data sharing, as CSV."""

from typing import Final

REGISTER: Final = (
    b"information-sharing-agreement-0001,name,purpose,information-sharing-benefits,"
    b"legal-power-disclosure,disclosed-information,controllers,controller-names,"
    b"information-sharing-method,processors,processor-names,retention-period,start-date,end-date,"
    b"review-date,contact,areas,area-names\r\n"
    b"1,Debt,To find who can pay,Fairer collection,Digital Economy Act 2017 s. 48,Name; address,"
    b"local-authority-eng:YYY,Council of Y;HM Revenue and Customs,Secure e-mail,,,P1Y,2026-01-01,"
    b"2027-01-01,2026-07,privacy@y.example,,Y\r\n"
    b"2,Warm homes,To find who is owed help,Fewer cold homes,Digital Economy Act 2017 s. 36,"
    b"Address,,Council of Y;Energy plc,File,,,P6M,2026,,,privacy@y.example,,Y\r\n"
)
