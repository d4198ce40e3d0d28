"""Made once, bound to an application in `create_app`."""

from flask_babel import Babel
from flask_mailman import Mail
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from cms.accounts.security import Security
from cms.core.db import Base

db = SQLAlchemy(model_class=Base)
babel = Babel()
csrf = CSRFProtect()
mail = Mail()
security = Security()
