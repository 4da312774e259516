// Where the phone is, as far as it may and can say; and how far apart two places are.

const EARTH = 6371000;
const PATIENCE = 15000;

// {lon, lat, accuracy}, or {no_position: "denied" | "unavailable"}. Some phones send zeros when they know nothing.
export function find() {
  if (!navigator.geolocation) return Promise.resolve({ no_position: "unavailable" });
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const { longitude: lon, latitude: lat, accuracy } = coords;
        if (lon === 0 && lat === 0) resolve({ no_position: "unavailable" });
        else resolve({ lon, lat, accuracy });
      },
      (error) => resolve({ no_position: error.code === error.PERMISSION_DENIED ? "denied" : "unavailable" }),
      { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: 60000 },
    );
  });
}

// Whether it may be asked for without a question to the user.
export async function isAllowed() {
  try {
    return (await navigator.permissions.query({ name: "geolocation" })).state === "granted";
  } catch {
    return false;
  }
}

export function metres(one, other) {
  const radians = (degrees) => (degrees * Math.PI) / 180;
  const [lat1, lat2] = [radians(one.lat), radians(other.lat)];
  const chord =
    Math.sin((lat2 - lat1) / 2) ** 2 +
    Math.cos(lat1) * Math.cos(lat2) * Math.sin(radians(other.lon - one.lon) / 2) ** 2;
  return Math.round(2 * EARTH * Math.asin(Math.min(1, Math.sqrt(chord))));
}
