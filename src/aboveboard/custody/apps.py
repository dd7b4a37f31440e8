"""What ``custody`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class CustodyConfig(AppConfig):
    """App config of ``custody``."""

    name = "aboveboard.custody"
    label = "custody"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.custody import actions, entries
        from aboveboard.custody.personal_data import DISCLOSURES

        return Package(
            name="custody",
            public=(
                "actions",
                "agreement",
                "campaign",
                "entries",
                "disclosed",
                "exporting",
                "inventory.reading",
                "inventory.taking_in",
                "limits",
                "listing",
                "manifest",
                "parcel",
                "queries",
                "selection",
                "sharing",
                "terms",
            ),
            entries=(
                entries.DeviceRegistered,
                entries.DeviceReported,
                entries.DeviceHandedOver,
                entries.DeviceEncryption,
                entries.DeviceRetired,
                entries.ExportMade,
                entries.SharingRegisterChanged,
            ),
            repeats={
                entries.DeviceHandedOver: actions.repeat_hand_over,
                entries.DeviceEncryption: actions.repeat_encryption,
                entries.DeviceRetired: actions.repeat_retire,
            },
            personal_data=(DISCLOSURES,),
        )
